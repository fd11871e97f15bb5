import { describe, expect, test } from "vitest";
import { toJudgings } from "../../src/api/judging-detail.ts";
import type { JudgingStatus } from "../../src/model/judging-status.ts";
import type { SessionStatus } from "../../src/model/session.ts";
import { judgedSession } from "../support/judged-session.ts";

const judges = [
  { name: "rules", version: "1" },
  { name: "llm", version: "1" },
];
const off = [judges[0]!, { ...judges[1]!, off: "no API key" }];
const retryAt = new Date("2026-09-01T10:00:00.000Z");

const sessionWith = (judging: readonly JudgingStatus[], status: SessionStatus = "completed", turns = true) => ({
  ...judgedSession,
  session: { ...judgedSession.session, status, turns: turns ? judgedSession.session.turns : [] },
  judging,
});

const said: readonly JudgingStatus[] = [
  { judge: "former", status: "judged" },
  { judge: "llm", status: "paused", code: "unauthorized", reason: "401", retryAt },
  { judge: "rules", status: "judged" },
];
const rulesJudged = { judge: "rules", status: "judged", code: null, reason: null, retry_at: null };

describe("what became of the judges' work", () => {
  test("is told of every configured judge in order of rank, and of no other", () => {
    expect(toJudgings(sessionWith(said), judges)).toEqual([
      rulesJudged,
      { judge: "llm", status: "paused", code: "unauthorized", reason: "401", retry_at: "2026-09-01T10:00:00.000Z" },
    ]);
  });

  test("of a judge that is off is that it is off, unless it judged before", () => {
    expect(toJudgings(sessionWith(said), off)[1]).toMatchObject({
      status: "skipped",
      code: "off",
      reason: "no API key",
    });
    expect(toJudgings(sessionWith([{ judge: "llm", status: "judged" }]), off)[1]).toMatchObject({ status: "judged" });
  });

  test.each(["open", "closing", "pending", "running"] as const)("is to come while the session is %s", (status) => {
    const waiting = expect.objectContaining({
      status: "waiting",
      code: status,
      reason: expect.any(String) as unknown,
    }) as unknown;
    expect(toJudgings(sessionWith(said, status), judges)).toEqual([waiting, waiting]);
  });

  test("is said to be nothing where there was nothing to judge, and where the judge was added later", () => {
    expect(toJudgings(sessionWith([], "completed", false), judges)[0]).toMatchObject({
      status: "skipped",
      code: "no_turns",
    });
    expect(toJudgings(sessionWith([{ judge: "rules", status: "judged" }], "failed"), judges)).toEqual([
      rulesJudged,
      expect.objectContaining({
        status: "skipped",
        code: "not_asked",
        reason: "it was off, or not configured, when the session was judged",
      }),
    ]);
  });
});
