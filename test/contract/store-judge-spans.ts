/** What judges' own calls left. */
import { describe, expect, test } from "vitest";
import type { JudgeSpansQuery } from "../../src/component/judge-spans.ts";
import type { Claim } from "../../src/component/store.ts";
import type { Span } from "../../src/model/span.ts";
import { agentSpan, attributes, randomTraceId } from "../support/agent-spans.ts";
import { builtSession, failedTurnRecord, trajectoryRecord, turnRecord } from "../support/built-sessions.ts";
import { judgeSpans } from "../support/judge-spans.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const maxBytes = 1_000_000;
const built = builtSession(2);
const [first, second] = built.turns;

export function describeStoreJudgeSpans(underTest: () => StoreUnderTest): void {
  const claimed = async (span = agentSpan()): Promise<Claim> => {
    const { write, claimOne, store } = underTest();
    await write(span);
    const claim = await claimOne();
    await store.saveSession(claim, built, []);
    return claim;
  };
  const read = async ({ project, id }: Pick<Claim, "project" | "id">, more: Partial<JudgeSpansQuery> = {}) =>
    underTest().store.readJudgeSpans({ project, id, maxBytes, ...more });
  const traceIds = async (claim: Claim): Promise<string[]> => [
    ...new Set((await read(claim))?.spans.map(({ traceId }) => traceId)),
  ];

  describe("the spans of judges' calls", () => {
    test("are read as they were saved, the latest judgement's first", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const spans = [judgeSpans(2, [["turnwise.judge.name", "llm"]]), judgeSpans(1)];
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), spans[0]);
      await store.saveTrajectoryJudgement(claim, trajectoryRecord(built, 1), spans[1]);
      expect(await read(claim)).toEqual({ spans: [...spans[1]!, ...spans[0]!], hasMore: false });
    });

    test("are none where none were told of, and nothing where there is no such session", async () => {
      const { store } = underTest();
      const claim = await claimed();
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), []);
      await store.saveTurnJudgement(claim, turnRecord(second!, 1));
      expect(await read(claim)).toEqual({ spans: [], hasMore: false });
      expect(await read({ project, id: "0".repeat(32) })).toBeUndefined();
      expect(await read({ project: "other", id: claim.id })).toBeUndefined();
    });

    test("are found by their trace", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const [one, two] = [judgeSpans(), judgeSpans()];
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), one);
      await store.saveTurnJudgement(claim, turnRecord(second!, 1), two);
      expect((await read(claim, { traceId: one[0]!.traceId }))?.spans).toEqual(one);
      expect((await read(claim, { traceId: randomTraceId() }))?.spans).toEqual([]);
    });

    test("are kept of a failure, also of one that takes no judgement's place", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const spans = [judgeSpans(), judgeSpans(), judgeSpans()];
      await store.saveTurnJudgement(claim, failedTurnRecord(first!), spans[0]);
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), spans[1]);
      await store.saveTurnJudgement(claim, failedTurnRecord(first!), spans[2]);
      expect(await traceIds(claim)).toEqual(spans.map(([head]) => head!.traceId).reverse());
    });

    test("are not kept once the lease has ended", async () => {
      const { store } = underTest();
      const claim = await claimed();
      await store.releaseClaim(claim, { status: "completed" });
      expect(await store.saveTurnJudgement(claim, turnRecord(first!, 1), judgeSpans())).toBe(false);
      expect(await read(claim)).toEqual({ spans: [], hasMore: false });
    });

    test("of one turn and judge are few, however often it judges", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const asked = Array.from({ length: 12 }, () => judgeSpans());
      for (const spans of asked) await store.saveTurnJudgement(claim, failedTurnRecord(first!), spans);
      await store.saveTurnJudgement(claim, failedTurnRecord(first!, { judge: "llm" }), judgeSpans());
      await store.saveTurnJudgement(claim, failedTurnRecord(second!), judgeSpans());
      const kept = (await traceIds(claim)).slice(2);
      expect(kept.length).toBeGreaterThanOrEqual(3);
      expect(kept.length).toBeLessThan(10);
      expect(kept).toEqual(
        asked
          .slice(-kept.length)
          .map(([head]) => head!.traceId)
          .reverse(),
      );
    });

    test("are read up to a size, the latest ones", async () => {
      const { store } = underTest();
      const claim = await claimed();
      const [one, two] = [judgeSpans(), judgeSpans()];
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), one);
      await store.saveTurnJudgement(claim, turnRecord(second!, 1), two);
      expect(await read(claim, { maxBytes: 10 })).toEqual({ spans: [], hasMore: true });
      const some = await read(claim, { maxBytes: 1_100 });
      expect(some).toEqual({ spans: two, hasMore: true });
    });

    test("are no facts, and make no session", async () => {
      const { store, claimAll } = underTest();
      const claim = await claimed();
      const spans = judgeSpans(3, [["gen_ai.conversation.id", "of the judges"]]);
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), spans);
      expect((await store.readFacts(claim)).spans).toHaveLength(1);
      expect(await store.countSessions({ project, limit: 1 })).toBe(1);
      await store.releaseClaim(claim, { status: "completed" });
      expect(await claimAll()).toEqual([]);
    });

    test("go with their session", async () => {
      const { store } = underTest();
      const span = agentSpan();
      const claim = await claimed(span);
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), judgeSpans());
      await store.deleteSession(claim);
      expect(await read(claim)).toBeUndefined();
      await claimed(span);
      expect(await read(claim)).toEqual({ spans: [], hasMore: false });
    });

    test("of a session that is joined to another one are that one's", async () => {
      const { store, write, claimOne } = underTest();
      const into = await claimed(agentSpan({ attributes: attributes({ "gen_ai.conversation.id": "c" }) }));
      await store.releaseClaim(into, { status: "completed" });
      const span: Span = agentSpan();
      await write(span);
      const claim = await claimOne();
      await store.saveSession(claim, built, []);
      const spans = judgeSpans();
      await store.saveTurnJudgement(claim, turnRecord(first!, 1), spans);
      await store.joinSession(claim, into.id);
      expect((await read(into))?.spans).toEqual(spans);
      expect((await read(claim))?.spans).toEqual(spans);
    });
  });
}
