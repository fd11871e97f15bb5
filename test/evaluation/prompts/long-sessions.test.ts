/** What a judge is shown of a session that does not fit, and what it costs to find that out. */
import { describe, expect, it } from "vitest";
import { readPrompts } from "../../../src/evaluation/prompts/prompts.ts";
import { buildTrajectoryPrompt } from "../../../src/evaluation/prompts/trajectory-prompt.ts";
import { buildTurnPrompt, type JudgePrompt } from "../../../src/evaluation/prompts/turn-prompt.ts";
import { estimateTokens } from "../../../src/llm/tokens.ts";
import type { BuiltSession, Turn } from "../../../src/model/session.ts";
import { sessionOf, toolCall, turnOf } from "../../support/small-session.ts";

const prompts = readPrompts();
const longText = (words: number) => `begin ${"lorem ipsum ".repeat(words)}end`;

const turnPrompt = (session: BuiltSession, turn: Turn | undefined, tokens = 32_000): JudgePrompt => {
  const built = buildTurnPrompt(
    { session, turn: turn ?? turnOf(1), earlier: [], evaluateSafety: false },
    prompts,
    tokens,
  );
  if (built === undefined) throw new Error("the turn does not fit");
  return built;
};
const trajectoryPrompt = (session: BuiltSession, tokens = 32_000): JudgePrompt => {
  const material = { session, judging: { evaluateSafety: false }, turns: [] };
  const built = buildTrajectoryPrompt(material, prompts, tokens);
  if (built === undefined) throw new Error("the session does not fit");
  return built;
};

/** `turns` turns of two messages, and now and then a call with a long result. */
const longSession = (turns: number): Turn[] =>
  Array.from({ length: turns }, (_, i) =>
    turnOf(i + 1, {
      userContent: `question ${i + 1}: ${longText(15)}`,
      assistantContent: `answer ${i + 1}: ${longText(15)}`,
      steps: i % 10 === 0 ? [toolCall("search", { q: `term ${i}` }, { result: longText(200) })] : [],
    }),
  );

describe("a session of two thousand messages", () => {
  const turns = longSession(1_000);
  const session = sessionOf(turns, { systemPrompt: longText(2_000) });

  for (const tokens of [4_000, 8_000, 32_000, 128_000]) {
    it(`stays within ${tokens} tokens, turn and trajectory`, () => {
      for (const prompt of [turnPrompt(session, turns.at(-1), tokens), trajectoryPrompt(session, tokens)])
        expect(estimateTokens(prompt.system + prompt.user)).toBeLessThanOrEqual(tokens);
    });
  }

  it("says which turns were not shown, and how much of which texts", () => {
    const { cut } = turnPrompt(session, turns.at(-1), 8_000);
    expect(cut?.turns).toHaveLength(1);
    expect(cut?.turns[0]?.from).toBe(1);
    expect(cut?.shortened.map(({ kind }) => kind)).toContain("system_prompt");
    const [gap] = trajectoryPrompt(session, 8_000).cut?.turns ?? [];
    expect(gap?.from).toBe(3);
    expect(gap?.to).toBeGreaterThan(900);
    expect(gap?.to).toBeLessThan(1_000);
  });

  it("tells earlier turns by their judge's summaries, cut where they are long, and the judged one whole", () => {
    const judged = turns.at(-1);
    const summary = {
      turn: 999,
      userSummary: "asks about the refund",
      assistantSummary: "s".repeat(4_000),
      toolCalls: Array.from({ length: 40 }, (_, i) => ({ summary: `call ${i}` })),
    };
    const { user } = buildTurnPrompt(
      {
        session,
        turn: judged ?? turnOf(1),
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of an earlier judgement only its summaries are read
        earlier: [summary as unknown as Parameters<typeof buildTurnPrompt>[0]["earlier"][number]],
        evaluateSafety: false,
      },
      prompts,
      32_000,
    ) ?? { user: "" };
    expect(user).toContain("asks about the refund");
    expect(user).toContain("and 28 more");
    expect(user).not.toContain("s".repeat(700));
    expect(user).toContain(judged?.userContent);
    expect(user).toContain(judged?.assistantContent);
  });
});

describe("a turn", () => {
  it("keeps its own texts whole when its results must give way, which are cut to head and tail", () => {
    const turn = turnOf(1, {
      userContent: longText(300),
      assistantContent: longText(300),
      steps: Array.from({ length: 20 }, (_, i) => toolCall("read", { i }, { result: longText(4_000) })),
    });
    const { user, cut } = turnPrompt(sessionOf([turn]), turn, 16_000);
    expect(user).toContain(turn.userContent);
    expect(user).toContain(turn.assistantContent);
    expect(user.match(/"begin lorem[^"]*characters left out …\][^"]*end"/g)).toHaveLength(20);
    expect(cut?.shortened).toEqual([{ kind: "tool_results", characters: expect.any(Number) as unknown }]);
    expect(cut?.turns).toEqual([]);
  });

  it("shows the tools that it called before others when there are too many", () => {
    const turn = turnOf(1, { steps: [toolCall("tool_2999", {}, { result: "ok" })] });
    const tools = Array.from({ length: 3_000 }, (_, i) => ({ name: `tool_${i}`, description: longText(40) }));
    const { user, cut } = turnPrompt(sessionOf([turn], { tools }), turn, 16_000);
    expect(user).toContain('"name": "tool_2999"');
    expect(user).not.toContain('"name": "tool_2998"');
    expect(cut?.shortened).toContainEqual({ kind: "tool_definitions", characters: expect.any(Number) as unknown });
  });

  it("that fits whole has nothing to account for", () => {
    const turn = turnOf(1);
    expect(turnPrompt(sessionOf([turn]), turn)).not.toHaveProperty("cut");
    expect(trajectoryPrompt(sessionOf([turn]))).not.toHaveProperty("cut");
  });
});

describe("building a prompt", () => {
  /** How often anything of a turn is read. */
  const readsOf = (turns: number, build: (session: BuiltSession) => void): number => {
    let reads = 0;
    const get = (turn: Turn, key: string | symbol, receiver: unknown): unknown => {
      reads += 1;
      return Reflect.get(turn, key, receiver);
    };
    const session = sessionOf(longSession(turns).map((turn) => new Proxy(turn, { get })));
    build(session);
    reads = 0;
    build(session);
    return reads;
  };

  it("about a turn looks at no more of a longer session", () => {
    const build = (session: BuiltSession): void => void turnPrompt(session, session.turns.at(-1), 8_000);
    expect(readsOf(2_000, build)).toBe(readsOf(500, build));
  });

  it("about a trajectory takes work in proportion to its length", () => {
    const build = (session: BuiltSession): void => void trajectoryPrompt(session, 8_000);
    expect(readsOf(2_000, build) / readsOf(500, build)).toBeLessThan(4.2);
  });
});
