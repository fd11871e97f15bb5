/** What judging leaves behind beside judgements: what it cost, answers that were paid for, and what kept a judge from it. */
import { describe, expect, test } from "vitest";
import type { Claim, NewMessageSession, SessionRef } from "../../src/component/store.ts";
import type { JudgingStatus } from "../../src/model/judging-status.ts";
import { agentSpan } from "../support/agent-spans.ts";
import { builtSession, failedTurnRecord, trajectoryRecord, turnRecord } from "../support/built-sessions.ts";
import { describeSpendLedger } from "./spend-ledger.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const messageSession = (fields: Partial<NewMessageSession> = {}): NewMessageSession => ({
  project,
  source: "messages",
  messages: [{ role: "user", content: "hi" }],
  metadata: {},
  judging: { evaluateSafety: false },
  open: false,
  ...fields,
});

const day = 20_000;
const noCeilings = {};
const spend = (tokens: number, nanoUsd = 0) => ({ tokens, nanoUsd });

export function describeStoreJudging(underTest: () => StoreUnderTest): void {
  const submit = async (fields?: Partial<NewMessageSession>): Promise<SessionRef> =>
    underTest().store.createMessageSession(messageSession(fields));

  describeSpendLedger("in the store", async () => ({
    ledger: underTest().store.spend,
    refs: [await submit(), await submit(), await submit({ project: "other" })],
  }));

  describe("spend", () => {
    test("is told by judge, of one project or of all, with what is set aside", async () => {
      const { spend: ledger } = underTest().store;
      const [here, there] = [await submit(), await submit({ project: "other" })];
      await ledger.reserve({ judge: "llm", ref: here, day }, spend(10, 100), noCeilings);
      await ledger.settle({ judge: "llm", ref: here, day }, spend(10, 100), spend(8, 80));
      await ledger.reserve({ judge: "llm", ref: there, day }, spend(5, 50), noCeilings);
      await ledger.reserve({ judge: "other", ref: here, day: day + 1 }, spend(1), noCeilings);
      const ofDefault = { judge: "llm", spent: spend(8, 80), reserved: spend(0) };
      expect(await ledger.readSpend({ day, project })).toEqual([ofDefault]);
      expect(await ledger.readSpend({ day })).toEqual([{ ...ofDefault, reserved: spend(5, 50) }]);
      expect(await ledger.readSpend({ day: day + 2 })).toEqual([]);
    });

    test("of a session that is deleted stays spent on its day", async () => {
      const { store } = underTest();
      const ref = await submit();
      await store.spend.reserve({ judge: "llm", ref, day }, spend(90), noCeilings);
      await store.deleteSession(ref);
      await store.spend.settle({ judge: "llm", ref, day }, spend(90), spend(80));
      expect(await store.spend.readSpend({ day })).toMatchObject([{ spent: spend(80), reserved: spend(0) }]);
    });

    test("of a call whose session was deleted and came again gives the new one nothing to spend", async () => {
      const { store, write, claimAll } = underTest();
      const span = agentSpan();
      await write(span);
      const [ref] = await claimAll();
      if (ref === undefined) throw new Error("a session was expected");
      const account = { judge: "llm", ref, day };
      await store.spend.reserve(account, spend(90), noCeilings);
      await store.deleteSession(ref);
      await write(span);
      expect(await store.getSession(ref)).toBeDefined();
      await store.spend.settle(account, spend(90), spend(10));
      const ceilings = { session: { tokens: 100 } };
      expect(await store.spend.reserve(account, spend(60), ceilings)).toBeUndefined();
      const refusal = { ceiling: "session", isSpent: false };
      expect(await store.spend.reserve(account, spend(60), ceilings)).toEqual(refusal);
    });

    test("of a session that is joined to another is the other's", async () => {
      const { store, write, claimAll } = underTest();
      await write(agentSpan());
      await write(agentSpan());
      const [from, into] = await claimAll();
      if (from === undefined || into === undefined) throw new Error("two sessions were expected");
      const ceilings = { session: { tokens: 100 } };
      for (const ref of [from, into]) await store.spend.reserve({ judge: "llm", ref, day }, spend(40), ceilings);
      expect(await store.joinSession(from, into.id)).toBe(true);
      for (const ref of [from, into])
        expect(await store.spend.reserve({ judge: "llm", ref, day }, spend(40), ceilings)).toBeDefined();
      expect(await store.spend.reserve({ judge: "llm", ref: from, day }, spend(20), ceilings)).toBeUndefined();
    });

    test("that a judge had set aside when it died counts as spent in full, also when its end is noted later", async () => {
      const { store } = underTest();
      const account = { judge: "llm", ref: await submit(), day };
      await store.spend.reserve(account, spend(60), noCeilings);
      await store.spend.reserve(account, spend(30), noCeilings);
      await store.resumeJudging();
      expect(await store.spend.readSpend({ day })).toMatchObject([{ spent: spend(90), reserved: spend(0) }]);
      const refusal = { ceiling: "session", isSpent: true };
      expect(await store.spend.reserve(account, spend(20), { session: { tokens: 100 } })).toEqual(refusal);
      await store.spend.settle(account, spend(60), spend(10));
      await store.resumeJudging();
      expect(await store.spend.readSpend({ day })).toMatchObject([{ spent: spend(40), reserved: spend(0) }]);
    });
  });

  describe("an answer that was paid for", () => {
    const answer = { json: '{"score":1}', model: "m" };
    const claimed = async (): Promise<Claim> => {
      await submit();
      const claim = await underTest().claimOne();
      await underTest().store.saveSession(claim, builtSession(2), []);
      return claim;
    };

    test("is there until the judgement is saved that it was for", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const [turn] = builtSession(2).turns;
      const owner = { judge: "rules", ref: { project, id: claim.id } };
      await store.answers.saveAnswer(owner, "key", answer);
      await store.answers.saveAnswer({ ...owner, judge: "llm" }, "key", answer);
      expect(await store.answers.readAnswer(owner, "key")).toEqual(answer);
      expect(await store.answers.readAnswer(owner, "other key")).toBeUndefined();
      await store.saveTurnJudgement(claim, failedTurnRecord(turn!));
      expect(await store.answers.readAnswer(owner, "key")).toEqual(answer);
      await store.saveTurnJudgement(claim, turnRecord(turn!, 1));
      expect(await store.answers.readAnswer(owner, "key")).toBeUndefined();
      expect(await store.answers.readAnswer({ ...owner, judge: "llm" }, "key")).toEqual(answer);
      await store.answers.saveAnswer(owner, "key", answer);
      await store.saveTrajectoryJudgement(claim, trajectoryRecord(builtSession(2), 1));
      expect(await store.answers.readAnswer(owner, "key")).toBeUndefined();
    });

    test("survives whoever asked, and not its session", async () => {
      const { store } = underTest();
      const ref = await submit();
      await store.answers.saveAnswer({ judge: "llm", ref }, "key", answer);
      await store.resumeJudging();
      expect(await store.answers.readAnswer({ judge: "llm", ref }, "key")).toEqual(answer);
      await store.deleteSession(ref);
      await store.answers.saveAnswer({ judge: "llm", ref }, "key", answer);
      expect(await store.answers.readAnswer({ judge: "llm", ref }, "key")).toBeUndefined();
    });
  });

  describe("what became of the judges' work", () => {
    const retryAt = new Date(1_790_000_000_123);
    const skipped: JudgingStatus = { judge: "llm", status: "skipped", code: "sampled_out", reason: "not among them" };
    const waiting: JudgingStatus = { judge: "llm", status: "waiting", code: "timeout", reason: "no answer", retryAt };

    test("is told of the session, of each judge what was said of it last", async () => {
      const { store, claimOne } = underTest();
      const ref = await submit();
      expect((await store.getSession(ref))?.judging).toEqual([]);
      const first = await claimOne();
      await store.releaseClaim(first, {
        status: "completed",
        judging: [{ judge: "rules", status: "judged" }, skipped],
      });
      expect((await store.getSession(ref))?.judging).toEqual([{ judge: "rules", status: "judged" }, skipped]);
      await store.requestJudgement(ref, "llm");
      const second = await claimOne();
      await store.releaseClaim(second, { status: "completed", judging: [waiting] });
      expect((await store.getSession(ref))?.judging).toEqual([{ judge: "rules", status: "judged" }, waiting]);
      await store.requestJudgement(ref);
      await store.releaseClaim(await claimOne(), { status: "completed" });
      expect((await store.getSession(ref))?.judging).toEqual([{ judge: "rules", status: "judged" }, waiting]);
    });

    test("is not changed by one whose lease has ended", async () => {
      const { store, claimOne } = underTest();
      const ref = await submit();
      const claim = await claimOne();
      await store.releaseClaim({ ...claim, lease: "another" }, { status: "completed", judging: [skipped] });
      expect((await store.getSession(ref))?.judging).toEqual([]);
    });
  });

  test("a session that waits for a judge is due when whoever judges begins anew", async () => {
    const { store, claimOne, claimAll } = underTest();
    await submit();
    const retryAt = new Date(Date.now() + 3_600_000);
    await store.releaseClaim(await claimOne(), { status: "failed", retryAt });
    expect(await claimAll()).toEqual([]);
    await store.resumeJudging();
    expect(await claimAll()).toHaveLength(1);
  });

  test("a claim says what the sender told of the session", async () => {
    const { claimOne } = underTest();
    await submit({ metadata: { env: "production", deep: { a: [1] } } });
    expect((await claimOne()).metadata).toEqual({ env: "production", deep: { a: [1] } });
  });
}
