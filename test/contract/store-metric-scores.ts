/** What evaluators said of sessions. */
import { describe, expect, test } from "vitest";
import type { MetricScoreRecord } from "../../src/component/metric-scores.ts";
import type { Claim, JudgedSession } from "../../src/component/store.ts";
import { agentSpan } from "../support/agent-spans.ts";
import { builtSession, builtTurn } from "../support/built-sessions.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

interface Fields {
  readonly turn?: number;
  readonly name?: string;
  readonly evaluator?: string;
  readonly version?: string;
}

const recordOf = (
  digest: string,
  result: MetricScoreRecord["result"],
  { turn, name = "conciseness", evaluator = "quality", version = "1" }: Fields = {},
): MetricScoreRecord => ({ evaluator, name, version, digest, ...(turn === undefined ? {} : { turn }), result });

const scored = (value: number | null, explanation = "so it is") =>
  ({ status: "judged", judgement: { value, explanation } }) as const;
const failed = { status: "failed", code: "timeout", message: "took too long" } as const;

export function describeStoreMetricScores(underTest: () => StoreUnderTest): void {
  const built = builtSession(2);
  const [first, second] = built.turns.map(({ digest }) => digest) as [string, string];

  async function savedSession(name = "c-1"): Promise<Claim> {
    const { store, write, claimOne } = underTest();
    await write(agentSpan({ attributes: new Map([["session.id", name]]) }));
    const claim = await claimOne();
    await store.saveSession(claim, built, []);
    return claim;
  }
  const save = async (claim: Claim, ...records: readonly MetricScoreRecord[]): Promise<boolean> =>
    underTest().store.metricScores.save(claim, records);
  const get = async (ref: { readonly id: string }): Promise<JudgedSession> => {
    const found = await underTest().store.getSession({ project, id: ref.id });
    if (found === undefined) throw new Error("no such session");
    return found;
  };
  const shown = async (ref: { readonly id: string }): Promise<readonly string[]> =>
    ((await get(ref)).metricScores ?? []).map(
      ({ evaluator, name, turn, value, error }) =>
        `${evaluator}/${name} ${turn ?? "session"} ${error === undefined ? value : error.code}`,
    );

  describe("metric scores", () => {
    test("are shown of turns in their order, then of the session, and read as they were saved", async () => {
      const claim = await savedSession();
      const records = [
        recordOf(built.digest, scored(1), { name: "used", evaluator: "refunds" }),
        recordOf(second, scored(0.5), { turn: 2 }),
        recordOf(first, scored(null, "there is no answer"), { turn: 1 }),
        recordOf(first, failed, { turn: 1, name: "fluency" }),
      ];
      expect(await save(claim, ...records)).toBe(true);
      expect(await shown(claim)).toEqual([
        "quality/conciseness 1 null",
        "quality/fluency 1 timeout",
        "quality/conciseness 2 0.5",
        "refunds/used session 1",
      ]);
      expect((await get(claim)).metricScores?.[0]).toEqual({
        evaluator: "quality",
        name: "conciseness",
        version: "1",
        turn: 1,
        value: null,
        explanation: "there is no answer",
      });
      expect(await underTest().store.metricScores.read(claim)).toEqual(records);
    });

    test("saved twice are one; the newest of a measure is shown, whatever its version", async () => {
      const claim = await savedSession();
      await save(claim, recordOf(first, scored(0.1), { turn: 1 }));
      await save(claim, recordOf(first, scored(0.2), { turn: 1 }));
      expect(await underTest().store.metricScores.read(claim)).toHaveLength(1);
      expect(await shown(claim)).toEqual(["quality/conciseness 1 0.2"]);
      await save(claim, recordOf(first, scored(0.3), { turn: 1, version: "2" }));
      expect(await shown(claim)).toEqual(["quality/conciseness 1 0.3"]);
    });

    test("that failed take no score's place, and a score takes theirs", async () => {
      const claim = await savedSession();
      await save(claim, recordOf(first, failed, { turn: 1 }), recordOf(second, scored(0.5), { turn: 2 }));
      await save(claim, recordOf(first, scored(0.7), { turn: 1 }), recordOf(second, failed, { turn: 2 }));
      await save(claim, recordOf(second, failed, { turn: 2, version: "2" }));
      expect(await shown(claim)).toEqual(["quality/conciseness 1 0.7", "quality/conciseness 2 0.5"]);
    });

    test("are superseded when what they speak of changes, and come back when it does", async () => {
      const claim = await savedSession();
      const { store } = underTest();
      await save(claim, recordOf(second, scored(0.5), { turn: 2 }), recordOf(built.digest, scored(1)));
      const changed = builtSession([builtTurn(1), builtTurn(2, { assistantContent: "something else" })]);
      await store.saveSession(claim, changed, []);
      expect(await shown(claim)).toEqual([]);
      expect(await store.metricScores.read(claim)).toEqual([]);
      await store.saveSession(claim, built, []);
      expect(await shown(claim)).toEqual(["quality/conciseness 2 0.5", "quality/conciseness session 1"]);
    });

    test("are not saved under a lease that has ended", async () => {
      const claim = await savedSession();
      await underTest().store.releaseClaim(claim, { status: "completed" });
      expect(await save(claim, recordOf(first, scored(1), { turn: 1 }))).toBe(false);
      expect(await shown(claim)).toEqual([]);
    });

    test("go where their session goes, and with it", async () => {
      const { store } = underTest();
      const into = await savedSession("into");
      await store.releaseClaim(into, { status: "completed" });
      const from = await savedSession("from");
      await save(from, recordOf(first, scored(0.4), { turn: 1 }));
      expect(await store.joinSession(from, into.id)).toBe(true);
      expect(await shown(into)).toEqual(["quality/conciseness 1 0.4"]);
      await store.deleteSession(into);
      const anew = await savedSession("into");
      expect(await shown(anew)).toEqual([]);
    });

    test("are what sessions are found by: those that are shown, and no others", async () => {
      const claim = await savedSession();
      const { store } = underTest();
      const find = async (name: string, below?: number) => {
        const metric = { evaluator: "quality", name, ...(below === undefined ? {} : { below }) };
        return store.countSessions({ project, metric, limit: 10 });
      };
      await save(
        claim,
        recordOf(first, scored(0.1), { turn: 1 }),
        recordOf(second, scored(0.9), { turn: 2, name: "fluency" }),
        recordOf(second, scored(null), { turn: 2, name: "coherence" }),
        recordOf(second, failed, { turn: 2, name: "hallucination" }),
      );
      expect(
        await Promise.all(["conciseness", "fluency", "coherence", "hallucination"].map((name) => find(name))),
      ).toEqual([1, 1, 0, 0]);
      expect([await find("conciseness", 0.5), await find("conciseness", 0.1), await find("fluency", 0.5)]).toEqual([
        1, 0, 0,
      ]);
      await save(claim, recordOf(first, scored(0.8), { turn: 1, version: "2" }));
      expect(await find("conciseness", 0.5)).toBe(0);
      await store.saveSession(claim, builtSession([builtTurn(1, { assistantContent: "other" })]), []);
      expect(await find("conciseness")).toBe(0);
    });

    test("are found beside two thousand that are shown no more", async () => {
      const claim = await savedSession();
      const { store } = underTest();
      const superseded = Array.from({ length: 2001 }, (_, at) => recordOf(`old ${at}`, scored(0), { turn: 1 }));
      await save(claim, ...superseded);
      const find = async (): Promise<readonly string[]> => {
        const metric = { evaluator: "quality", name: "conciseness", below: 0.5 };
        return (await store.findSessions({ project, metric, limit: 10 })).sessions.map(({ id }) => id);
      };
      expect(await find()).toEqual([]);
      await save(claim, recordOf(first, scored(0.1), { turn: 1 }));
      expect(await find()).toEqual([claim.id]);
    });

    test("let what is tried again be only what could not be said", async () => {
      const { store, claimOne } = underTest();
      const retryAt = new Date(Date.now() - 1);
      const claim = await savedSession();
      await store.releaseClaim(claim, { status: "completed" });
      await store.requestJudgement(claim);
      const asked = await claimOne();
      expect(asked.rejudge).toBe(true);
      await store.releaseClaim(asked, { status: "completed", retryAt, isRejudged: true });
      expect(await claimOne()).toMatchObject({ id: claim.id, rejudge: false });
    });
  });
}
