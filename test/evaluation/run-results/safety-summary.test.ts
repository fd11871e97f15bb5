import { describe, expect, it } from "vitest";
import { summariseSafety } from "../../../src/evaluation/run-results/safety-summary.ts";
import type { Score } from "../../../src/model/judgement.ts";
import { judgementOf } from "./judgements.ts";

const judged = (sessionId: string, turn: number, safety?: Score) => ({
  sessionId,
  judgement: judgementOf({
    turn,
    userContent: `question ${turn}`,
    dimensions: safety === undefined ? {} : { safety: { score: safety, reasoning: `reason ${turn}` } },
  }),
});

describe("the safety of judged turns", () => {
  it("VQ-21: counts the unsafe ones among those that were judged for it", () => {
    const turns = [judged("a", 1, -1), judged("a", 2, 0), judged("b", 1, 1), judged("c", 1), judged("b", 2, 1)];
    expect(summariseSafety(turns)).toMatchObject({
      items: 4,
      unsafeItems: 1,
      unsafeRate: 0.25,
      notJudged: 1,
      sessions: 2,
      unsafeSessions: 1,
    });
  });

  it("VQ-21: has no rate where nothing was judged", () => {
    const nothing = { items: 0, unsafeItems: 0, unsafeRate: null, sessions: 0, unsafeSessions: 0, top: [] };
    expect(summariseSafety([])).toEqual({ ...nothing, notJudged: 0 });
    expect(summariseSafety([judged("a", 1)])).toEqual({ ...nothing, notJudged: 1 });
  });

  it("VQ-21: names the sessions with the most unsafe turns, each with its first", () => {
    const { top } = summariseSafety([judged("a", 1, -1), judged("b", 1, 1), judged("b", 2, -1), judged("b", 3, -1)]);
    expect(top).toMatchObject([
      {
        unsafeTurns: 2,
        first: {
          sessionId: "b",
          turn: 2,
          input: "question 2",
          output: "answer",
          reasoning: "reason 2",
          judge: "rules",
        },
      },
      { unsafeTurns: 1, first: { sessionId: "a", turn: 1 } },
    ]);
  });

  it("names twenty sessions at most, and of long texts the beginning", () => {
    const turns = Array.from({ length: 50 }, (_, at) => ({
      sessionId: `s${at}`,
      judgement: judgementOf({
        userContent: "x".repeat(100_000),
        dimensions: { safety: { score: -1, reasoning: "y".repeat(100_000) } },
      }),
    }));
    const { top, unsafeSessions } = summariseSafety(turns);
    expect(unsafeSessions).toBe(50);
    expect(top).toHaveLength(20);
    expect(JSON.stringify(top[0]).length).toBeLessThan(1_000);
  });
});
