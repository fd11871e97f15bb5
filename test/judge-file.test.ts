import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { sessionDetailSchema, type SessionDetail } from "../src/api/contract.ts";
import type { Judge } from "../src/component/judge.ts";
import { judgeConversations, type JudgeFileOptions } from "../src/judge-file.ts";
import { rulesJudge } from "../src/judges/rules.ts";
import { JudgeError } from "../src/model/errors.ts";
import { says, tool, user, uses } from "./evaluation/conversation.ts";

const log = () => undefined;
const rules = rulesJudge.create(rulesJudge.configSchema.parse({}), {
  id: "rules",
  logger: { debug: log, info: log, warn: log, error: log },
  telemetry: { count: log, gauge: log },
});

async function* linesOf(lines: readonly (string | object)[]): AsyncGenerator<string> {
  for (const line of lines) yield typeof line === "string" ? line : JSON.stringify(line);
}

async function judged(
  lines: readonly (string | object)[],
  judge: Judge = rules,
  options?: JudgeFileOptions,
): Promise<SessionDetail[]> {
  const details: SessionDetail[] = [];
  for await (const detail of judgeConversations(linesOf(lines), judge, options)) details.push(detail);
  return details;
}

const hello = (id: string) => ({ id, messages: [...user(`Hello, I am ${id}`), ...says("Hello.")] });

/** The rules judge, with something put before each turn. */
const withTurn = (before: (text: string, signal: AbortSignal) => Promise<void>): Judge => ({
  ...rules,
  judgeTurn: async (context, signal) => {
    await before(context.turn.userContent, signal);
    return rules.judgeTurn(context, signal);
  },
});

describe("judging a file of conversations", () => {
  it("gives a session detail for each line, in the API's shape", async () => {
    const conversation = {
      id: "c1",
      messages: [
        ...user("Cancel W1"),
        ...uses("cancel_order", { id: "W1" }, "Error: shipped"),
        ...says("Your order has been cancelled."),
      ],
      tools: [tool("cancel_order", { id: { type: "string" } })],
      metadata: { team: "shop" },
      labels: { outcome: "failure" },
    };
    const [detail] = await judged([conversation]);
    expect(sessionDetailSchema.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({
      id: "c1",
      source: "messages",
      status: "completed",
      error: null,
      total_turns: 1,
      metadata: { team: "shop" },
      turns: [{ judgement: { score: -1, tool_calls: [{ score: -1 }], judge: { name: "rules" } } }],
      trajectory: {
        score: -1,
        failures: [
          { type: "false_success", after_turn: 1, message_index: 3 },
          { type: "tool_error", message_index: 1 },
        ],
      },
      summary: { judged_turns: 1, harmful: 1, net_score: -1, trajectory_score: -1 },
    });
  });

  it("skips blank lines, and names a conversation without an id by its line", async () => {
    const details = await judged(["", hello("a"), "  ", { messages: user("Hi") }, { ...hello("x"), id: 7 }]);
    expect(details.map(({ id }) => id)).toEqual(["a", "line-4", "7"]);
  });

  it.each<[name: string, line: string | object, error: RegExp]>([
    ["is not JSON", '{"messages": [', /^line 2: not JSON \(/],
    ["is no object", "[1]", /^line 2: .*object/],
    ["has no messages", { id: "bad" }, /^line 2: messages: .*array/],
    ["has no message in its messages", { id: "bad", messages: [] }, /^line 2: messages: needs at least one message/],
    ["has an unknown role", { id: "bad", messages: [{ role: "robot" }] }, /^line 2: messages\[0\]\.role: /],
    ["has tools that are none", { id: "bad", messages: user("Hi"), tools: ["x"] }, /^line 2: tools\[0\]: /],
    [
      "has instructions that are no text",
      { id: "bad", messages: user("Hi"), instructions: 5 },
      /^line 2: instructions: /,
    ],
  ])("fails a line that %s, says why, and goes on", async (_name, line, error) => {
    const details = await judged([hello("a"), line, hello("b")]);
    expect(details.map(({ status }) => status)).toEqual(["completed", "failed", "completed"]);
    expect(details[1]?.error).toMatch(error);
    expect(sessionDetailSchema.parse(details[1])).toEqual(details[1]);
  });

  it("keeps the id of a line that is wrong otherwise", async () => {
    expect((await judged([{ id: "bad", messages: [] }]))[0]?.id).toBe("bad");
  });

  it("judges several conversations at the same time, at most as many as allowed, and tells them in order", async () => {
    let running = 0;
    let most = 0;
    const slow = withTurn(async (text) => {
      running += 1;
      most = Math.max(most, running);
      await delay(text.endsWith("0") ? 60 : 5);
      running -= 1;
    });
    const lines = Array.from({ length: 12 }, (_, index) => hello(`${index}`));
    const details = await judged(lines, slow, { concurrency: 3 });
    expect(details.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
    expect(most).toBe(3);
  });

  it("marks a conversation that could not be judged, keeping what could", async () => {
    const moody = withTurn(async (text) => {
      if (text.includes("b")) throw new JudgeError("timeout", "the model did not answer", { retryable: true });
    });
    const details = await judged(
      [hello("a"), { id: "b", messages: [...user("b"), ...says("Hi."), ...user("c"), ...says("Hi.")] }],
      moody,
    );
    expect(details.map(({ status }) => status)).toEqual(["completed", "failed"]);
    expect(details[1]).toMatchObject({
      error: "line 2: turn 1: the model did not answer",
      turns: [{ judgement: null }, { judgement: { turn: 2 } }],
      summary: { total_turns: 2, judged_turns: 1 },
    });
  });

  it("stops when every further conversation would fail in the same way", async () => {
    let asked = 0;
    const unpaid = withTurn(async () => {
      asked += 1;
      throw new JudgeError("quota", "no credit left", { retryable: false, pausesJudge: true });
    });
    const lines = Array.from({ length: 50 }, (_, index) => hello(`${index}`));
    await expect(judged(lines, unpaid, { concurrency: 2 })).rejects.toThrow("no credit left");
    expect(asked).toBeLessThanOrEqual(2);
  });

  it("refuses a judge that is off, with its reason", async () => {
    await expect(judged([hello("a")], { ...rules, off: "no API key" })).rejects.toMatchObject({
      code: "judge_off",
      message: 'The judge "rules" is off: no API key',
    });
  });

  it("aborts what is in hand when its reader stops", async () => {
    const signals: AbortSignal[] = [];
    const slow = withTurn(async (text, signal) => {
      signals.push(signal);
      if (!text.endsWith("a")) await delay(10_000, undefined, { signal });
    });
    for await (const { id } of judgeConversations(linesOf([hello("a"), hello("b"), hello("c")]), slow)) {
      expect(id).toBe("a");
      break;
    }
    expect(signals).toHaveLength(3);
    expect(signals.every((signal) => signal.aborted)).toBe(true);
  });

  it("asks for safety where the line or the caller does", async () => {
    const asked: boolean[] = [];
    const judge: Judge = {
      ...rules,
      judgeTurn: async (context, signal) => {
        asked.push(context.judging.evaluateSafety);
        return rules.judgeTurn(context, signal);
      },
    };
    await judged([hello("a"), { ...hello("b"), evaluate_safety: true }], judge);
    await judged([hello("a")], judge, { evaluateSafety: true });
    expect(asked).toEqual([false, true, true]);
  });
});
