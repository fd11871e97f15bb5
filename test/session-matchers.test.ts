import { gunzipSync } from "node:zlib";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { countTokens, totalLatencyMs } from "../src/evaluation/metrics/observed.ts";
import { createRulesJudge } from "../src/judges/rules.ts";
import { judgeReplayed } from "../src/judge-replayed.ts";
import { trajectoryOf } from "../src/matched-session.ts";
import type { SessionDetail } from "@turnwise/client";
import { expectSession, readSessions } from "../src/vitest.ts";
import type { BuiltSession, Step } from "../src/model/session.ts";
import { says, sessionOf, user, uses } from "./evaluation/conversation.ts";

const said = sessionOf([
  user("Where is order 7?"),
  uses("get_order", { id: "7", detail: { full: true } }, { status: "lost" }),
  says("It is lost."),
  user("Refund it"),
  uses("refund", { id: "7" }, "no right to do that"),
  says("I have refunded 350 EUR."),
]);

/** The refund failed. */
const built: BuiltSession = {
  ...said,
  turns: said.turns.map((turn) => ({
    ...turn,
    steps: turn.steps.map((step): Step => {
      if (step.type === "model_call" || step.name !== "refund") return step;
      return { type: "tool_call", name: step.name, arguments: step.arguments, error: "no right to do that" };
    }),
  })),
};

/** As a client gets it from a server, judged by the rules. */
async function judged(): Promise<SessionDetail> {
  for await (const session of judgeReplayed([built], createRulesJudge("rules", new Set()))) return session;
  throw new Error("there is no session");
}

const detail = await judged();
const scores = (turn: number, score: number): SessionDetail => ({
  ...detail,
  turns: detail.turns.map((each) =>
    each.judgement !== null && each.turn === turn
      ? { ...each, judgement: { ...each.judgement, score: score as 0, turn_reasoning: "made up" } }
      : { ...each, judgement: each.judgement && { ...each.judgement, score: 0 } },
  ),
  trajectory: detail.trajectory && {
    ...detail.trajectory,
    score: score as 0,
    completed: score > 0,
    reasoning: "so it is",
  },
  metric_scores: [0.5, 1].map((value, at) => ({
    name: "conciseness",
    evaluator: "style",
    value,
    label: null,
    explanation: null,
    turn: at + 1,
    error: null,
  })),
  cost_usd: 0.02,
});

/** The message of the assertion that fails. */
function failureOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it did not fail");
}

describe.each([
  ["a session of the client", detail],
  ["a session as it was built", built],
  ["nothing but turns", { turns: built.turns }],
])("matchers of %s", (_, session) => {
  it("find tools by name and arguments, exactly or by what they are like", () => {
    expect(session).toHaveUsedTool("get_order");
    expect(session).toHaveUsedTool("get_*", { id: "7" });
    expectSession(session).toHaveUsedTool("get_order", { id: expect.any(String), detail: { full: true } });
    expect(session).not.toHaveUsedTool("delete_order");
    expect(session).not.toHaveUsedTool("get_order", { id: 7 });
    expect(session).not.toHaveUsedTool("get_order", { id: "7", deep: true });
  });

  it("stand for a session within other values, and wait for one", async () => {
    expect({ sessions: [session] }).toEqual({ sessions: [expect.toHaveUsedTool("get_order", { id: "7" })] });
    expect([session]).not.toEqual([expect.toHaveUsedTool("delete_order")]);
    expect([session]).toEqual([expect.not.toHaveUsedTool("delete_order")]);
    await expect(Promise.resolve(session)).resolves.toHaveUsedTool("refund");
  });

  it("say what was called instead", () => {
    expect(failureOf(() => expect(session).toHaveUsedTool("book"))).toBe(
      "expected the session to have used the tool book\nCalled: get_order; refund",
    );
    expect(failureOf(() => expect(session).toHaveUsedTool("refund", { id: "8" }))).toContain(
      'Called: refund {"id":"7"}',
    );
    expect(failureOf(() => expect(session).not.toHaveUsedTool("refund"))).toContain(
      "expected the session not to have used the tool refund",
    );
  });

  it("find calls that failed", () => {
    expect(session).toHaveFailedToolCall();
    expect(failureOf(() => expect(session).not.toHaveFailedToolCall())).toContain("refund (no right to do that)");
  });

  it("look into the last reply", () => {
    expect(session).toHaveReplied("350 EUR");
    expect(session).toHaveReplied(/\d+ EUR/);
    expect(session).not.toHaveReplied("lost");
    const everywhere = /EUR/g;
    for (const _ of [1, 2]) expect(session).toHaveReplied(everywhere);
    expect(failureOf(() => expect(session).toHaveReplied("sorry"))).toContain("The reply: I have refunded 350 EUR.");
  });

  it("meet any validator's expectation, or do not", async () => {
    await expect(session).toMeet({ type: "tool_order", calls: [{ tool: "get_order" }, { tool: "refund" }] });
    await expect(session).not.toMeet({ type: "step_count", steps: "tool_calls", max: 1 });
    const met = expect(session).toMeet({ type: "contains", texts: ["sorry"] });
    await expect(met).rejects.toThrow("Expected a reply that contains all of: sorry");
    const client = { ask: async () => ({ status: 200, text: "It is.\nGRADE: C" }) };
    await expect(session).toMeet({ type: "rubric", rubric: "Refunded." }, { client });
    await expect(expect(session).not.toMeet({ type: "rubric", rubric: "x" })).rejects.toThrow("needs a judge model");
  });
});

describe("matchers of what a judge said", () => {
  it("tell harmful turns, and why they are", () => {
    const harmful = scores(2, -1);
    expect(harmful).toHaveHarmfulTurn();
    expect(scores(2, 1)).not.toHaveHarmfulTurn();
    expect(failureOf(() => expect(scores(2, 1)).toHaveHarmfulTurn())).toBe(
      "expected the session to have a harmful turn\nHarmful: none",
    );
    expect(failureOf(() => expect(harmful).not.toHaveHarmfulTurn())).toBe(
      "expected the session not to have a harmful turn\nHarmful: turn 2 (made up)",
    );
  });

  it("hold the whole, and metrics, to a score", () => {
    expect(scores(1, 1)).toScoreAtLeast(1);
    expect(scores(1, 0)).not.toScoreAtLeast(1);
    expect(scores(1, 1)).toScoreAtLeast(0.75, "style/conciseness");
    expect(failureOf(() => expect(scores(1, 1)).toScoreAtLeast(0.8, "style/conciseness"))).toContain("It is 0.75");
    expect(scores(1, 1)).toHaveCompleted();
    expect(failureOf(() => expect(scores(1, 0)).toHaveCompleted())).toContain("The judge: so it is");
    expect(scores(1, 1)).toCostAtMost(0.02);
    expect(failureOf(() => expect(scores(1, 1)).toCostAtMost(0.01))).toContain("It cost 0.02 USD");
  });

  it.each<[string, () => void, string]>([
    ["harm", () => expect(built).toHaveHarmfulTurn(), "no turn of the session has been judged"],
    ["harm, negated", () => expect(built).not.toHaveHarmfulTurn(), "no turn of the session has been judged"],
    ["a score", () => expect(built).not.toScoreAtLeast(1), "as a whole has not been judged"],
    ["a metric", () => expect(detail).not.toScoreAtLeast(1, "style/wit"), "no score of the metric style/wit"],
    ["costs", () => expect({ turns: [] }).not.toCostAtMost(1), "is not known"],
    ["what is no session", () => expect("x").not.toHaveUsedTool("x"), "expected a session"],
  ])("fail where they cannot tell, whichever way: %s", (_, assertion, message) => {
    expect(failureOf(assertion)).toContain(message);
  });
});

it("a session of the client is read by metrics with its tokens and times", () => {
  const usage = { input_tokens: 5, output_tokens: 3, cached_input_tokens: 2, reasoning_tokens: 1 };
  const timed = detail.turns.map((turn) => ({
    ...turn,
    started_at: "2026-01-01T00:00:00.000Z",
    ended_at: "2026-01-01T00:00:01.500Z",
    model_calls: turn.model_calls.slice(0, 1).map((call) => ({ ...call, usage })),
  }));
  const { turns } = trajectoryOf({ ...detail, turns: timed });
  expect(countTokens(turns)).toEqual({ inputTokens: 10, outputTokens: 6, reasoningTokens: 2, totalTokens: 16 });
  expect(totalLatencyMs(turns)).toBe(3000);
  expect(trajectoryOf(built)).toBe(built);
});

interface Packed {
  readonly requests: readonly { readonly signal: string; readonly body: string }[];
}

describe("sessions read from a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "turnwise-matchers-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are judged by the rules, without a server", async () => {
    const packed = readFileSync(new URL("fixtures/captures/ai-sdk-v6.json.gz", import.meta.url));
    const { requests } = JSON.parse(gunzipSync(packed).toString()) as Packed;
    const paths = requests.flatMap(({ signal, body }, at) => {
      const path = join(folder, `${at}.pb`);
      writeFileSync(path, Buffer.from(body, "base64"));
      return signal === "traces" ? [path] : [];
    });
    const sessions = await readSessions(...paths);
    expect(sessions.length).toBeGreaterThan(0);
    for (const session of sessions) expectSession(session).not.toHaveHarmfulTurn();
  });

  it("are an error where there is no such file", async () => {
    await expect(readSessions(join(folder, "nowhere.json"))).rejects.toThrow("nowhere.json");
  });
});
