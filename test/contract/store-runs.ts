/** Runs: asked for, claimed, scored, ended. */
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { EvaluationStore, RunClaim } from "../../src/component/evaluations.ts";
import type { EvaluationRun } from "../../src/model/evaluation.ts";
import type { JsonValue } from "../../src/model/session.ts";
import {
  addDataset,
  addRun,
  claimRun,
  evaluationItems,
  nothingSpent,
  type RunWish,
  scoredItem,
} from "../support/stored-runs.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const EXPIRED = 15;

export function describeStoreRuns(underTest: () => StoreUnderTest): void {
  const kept = (): EvaluationStore => underTest().store.evaluations;
  const first = { page: 1, pageSize: 10 };

  const queued = async (items = 3, wish: RunWish = {}): Promise<EvaluationRun> => {
    const dataset = await addDataset(underTest().store, evaluationItems(items));
    return addRun(underTest().store, dataset.id, wish);
  };
  const get = async ({ id }: { readonly id: string }) => (await kept().getRun({ project, id }))!;
  const claim = async (leaseMs?: number): Promise<RunClaim> => claimRun(underTest().store, leaseMs);
  const score = async (claimed: RunClaim, ...numbers: readonly number[]): Promise<boolean> =>
    kept().saveScores(
      claimed,
      numbers.map((number) => scoredItem(number, { a: 1, b: 0.5 })),
      nothingSpent,
    );
  const scored = async (claimed: RunClaim): Promise<number[]> => {
    const { found } = (await kept().findRunItems({ ...claimed, page: 1, pageSize: 1000 }))!;
    return found.flatMap((item) => item.scored?.number ?? []);
  };

  describe("an idempotency key", () => {
    test("is of one run of its project, as long as that is there", async () => {
      const { evaluations } = underTest().store;
      const dataset = await addDataset(underTest().store, evaluationItems(1));
      const idempotency = { key: "k1", digest: "d1" };
      const run = await addRun(underTest().store, dataset.id, { idempotency });
      const { id: evaluationProjectId } = await evaluations.ensureProject(project, "support bot");
      const asked = { project, evaluationProjectId, datasetId: dataset.id, name: "again", threshold: 0.7 };
      const again = { ...asked, metrics: [], metadata: {}, idempotency: { key: "k1", digest: "d2" } };
      expect(await evaluations.createRun(again)).toBe("key_taken");
      expect(await evaluations.getKeyedRun(project, "k1")).toEqual({ run, digest: "d1" });
      expect(await evaluations.getKeyedRun("another", "k1")).toBeUndefined();
      await evaluations.cancelRun({ project, id: run.id });
      await evaluations.deleteRun({ project, id: run.id });
      expect(await evaluations.getKeyedRun(project, "k1")).toBeUndefined();
      expect(await evaluations.createRun(again)).toMatchObject({ name: "again" });
    });
  });

  describe("a run", () => {
    test("VQ-4: is queued as it was asked for, and found by its id, newest first", async () => {
      const metadata = JSON.parse('{"__proto__":[1],"commit":"abc\\u0000"}') as Record<string, JsonValue>;
      const metrics = [
        { key: "z", weight: 2 },
        { key: "a", weight: 0.5 },
      ];
      const run = await queued(3, { name: "nightly", metadata, metrics, threshold: 0.9 });
      expect(run).toEqual({
        id: run.id,
        name: "nightly",
        evaluationProject: { id: expect.any(String) as string, name: "support bot" },
        dataset: { id: expect.any(String) as string, name: "a dataset", source: "upload" },
        status: "queued",
        threshold: 0.9,
        metrics: metrics.map((metric) => ({ ...metric, mean: null, scored: 0, belowThreshold: 0 })),
        totalItems: 3,
        evaluatedItems: 0,
        failedItems: 0,
        overallScore: null,
        metadata,
        createdAt: expect.any(Date) as Date,
      });
      expect(Object.keys(run.metadata)).toEqual(["__proto__", "commit"]);
      expect(await get(run)).toEqual(run);
      const newer = await queued();
      expect(await kept().findRuns({ project, ...first })).toEqual({ found: [newer, run], total: 2 });
    });

    test("is found by evaluation project and status, page by page", async () => {
      const runs: EvaluationRun[] = [];
      for (const projectName of ["x", "y", "x", "x"]) runs.unshift(await queued(1, { projectName }));
      const evaluationProjectId = runs[0]!.evaluationProject.id;
      await kept().cancelRun({ project, id: runs[0]!.id });
      const find = async (query: object) => {
        const { found, total } = await kept().findRuns({ project, ...first, ...query });
        return [found.map(({ id }) => runs.findIndex((run) => run.id === id)), total];
      };
      expect(await find({})).toEqual([[0, 1, 2, 3], 4]);
      expect(await find({ pageSize: 3, page: 2 })).toEqual([[3], 4]);
      expect(await find({ evaluationProjectId })).toEqual([[0, 1, 3], 3]);
      expect(await find({ evaluationProjectId, status: "queued" })).toEqual([[1, 3], 2]);
      expect(await find({ evaluationProjectId, status: "queued", pageSize: 1, page: 2 })).toEqual([[3], 2]);
      expect(await find({ status: "cancelled" })).toEqual([[0], 1]);
      expect(await find({ evaluationProjectId: "f".repeat(32) })).toEqual([[], 0]);
      expect(await find({ project: "other" })).toEqual([[], 0]);
    });

    test("needs a finished dataset and an evaluation project, its owner's own", async () => {
      const { store } = underTest();
      const unfinished = await kept().beginDataset({ project, name: "n", source: "upload" });
      const { id: datasetId } = await addDataset(store, []);
      const others = await addDataset(store, [], { project: "other" });
      const { id: evaluationProjectId } = await kept().ensureProject(project, "p");
      const { id: othersProject } = await kept().ensureProject("other", "p");
      const run = { project, evaluationProjectId, datasetId, name: "r", metrics: [], threshold: 0.7, metadata: {} };
      for (const wrong of [
        { datasetId: "f".repeat(32) },
        { datasetId: unfinished.id },
        { datasetId: others.id },
        { evaluationProjectId: "f".repeat(32) },
        { evaluationProjectId: othersProject },
        { project: "other" },
      ])
        expect(await kept().createRun({ ...run, ...wrong })).toBeUndefined();
      expect(await kept().createRun(run)).toMatchObject({ totalItems: 0, metrics: [] });
      expect((await kept().findRuns({ project, ...first })).total).toBe(1);
    });

    test("is deleted with its scores when it has ended, and its dataset when that is nobody else's", async () => {
      const { store } = underTest();
      const dataset = await addDataset(store, evaluationItems(3), { name: null });
      const [one, two] = [await addRun(store, dataset.id), await addRun(store, dataset.id)];
      expect(one.dataset).toEqual({ id: dataset.id, source: "upload" });
      expect(await kept().deleteRun({ project, id: one.id })).toBe("running");
      const claimed = await claim();
      await score(claimed, 0, 1, 2);
      expect(await kept().deleteRun({ project, id: one.id })).toBe("running");
      await kept().finishRun(claimed, { status: "completed" });
      expect(await kept().deleteRun({ project: "other", id: one.id })).toBe("missing");
      expect(await kept().deleteRun({ project, id: one.id })).toBe("done");
      expect(await kept().deleteRun({ project, id: one.id })).toBe("missing");
      expect(await kept().getRun({ project, id: one.id })).toBeUndefined();
      expect(await kept().readRunValues({ project, id: one.id })).toBeUndefined();
      expect(await kept().getDataset({ project, id: dataset.id })).toBeDefined();
      await kept().cancelRun({ project, id: two.id });
      expect(await kept().deleteRun({ project, id: two.id })).toBe("done");
      expect(await kept().getDataset({ project, id: dataset.id })).toBeUndefined();
    });
  });

  describe("claiming a run", () => {
    test("takes the oldest, whoever's it is, each once", async () => {
      const runs = [await queued(), await queued(), await queued()];
      const claims = await Promise.all([claim(), claim(), claim()]);
      expect(claims.map(({ id }) => id)).toEqual(runs.map(({ id }) => id));
      expect(claims[0]).toMatchObject({ project, attempts: 1, run: { status: "running" } });
      expect(claims[0]).not.toHaveProperty("hasOwnKey");
      expect(claims[0]?.run.startedAt).toBeInstanceOf(Date);
      expect(claims[0]?.run).toEqual(await get(runs[0]!));
      expect(await kept().claimRun({ worker: "w", leaseMs: 1000 })).toBeUndefined();
    });

    test("takes the oldest of those that are wished for: with or without metrics, not of some projects", async () => {
      const first = await queued();
      const second = await queued(1, { metrics: [{ key: "c", weight: 1 }] });
      const wish = { worker: "w", leaseMs: 60_000 };
      expect(await kept().claimRun({ ...wish, exceptProjects: [project] })).toBeUndefined();
      expect(await kept().claimRun({ ...wish, metrics: { keys: ["x"], has: true } })).toBeUndefined();
      const without = await kept().claimRun({
        ...wish,
        metrics: { keys: ["x", "b"], has: false },
        exceptProjects: ["x"],
      });
      expect(without?.id).toBe(second.id);
      expect(await kept().claimRun({ ...wish, metrics: { keys: ["b"], has: false } })).toBeUndefined();
      expect((await kept().claimRun({ ...wish, metrics: { keys: ["x", "b"], has: true } }))?.id).toBe(first.id);
    });

    test("tells of a run whose sender has a key of its own", async () => {
      await queued(1, { hasOwnKey: true });
      expect((await claim()).hasOwnKey).toBe(true);
    });

    test("takes one again whose lease has ended, and who had it has lost it", async () => {
      const run = await queued();
      const lost = await claim(1);
      await sleep(EXPIRED);
      const again = await claim();
      expect(again).toMatchObject({ id: run.id, attempts: 2 });
      expect(again.run.startedAt).toEqual(lost.run.startedAt);
      expect(await kept().extendRun(lost, 60_000)).toBe(false);
      expect(await score(lost, 0)).toBe(false);
      expect(await kept().finishRun(lost, { status: "failed", error: "no" })).toBe(false);
      await kept().releaseRun(lost);
      expect(await kept().claimRun({ worker: "w", leaseMs: 1000 })).toBeUndefined();
      expect(await score(again, 0)).toBe(true);
      expect(await scored(again)).toEqual([0]);
    });

    test("is over when the lease is, also if nobody took it over", async () => {
      await queued();
      const held = await claim(1);
      await sleep(EXPIRED);
      expect(await score(held, 0)).toBe(false);
      expect(await kept().finishRun(held, { status: "completed" })).toBe(false);
      expect(await get(held)).toMatchObject({ status: "running", evaluatedItems: 0 });
    });

    test("lasts as long as it is extended", async () => {
      await queued();
      const held = await claim(200);
      expect(await kept().extendRun(held, 60_000)).toBe(true);
      await sleep(250);
      expect(await score(held, 0)).toBe(true);
    });

    test("counts claims in a row after which nothing was saved", async () => {
      await queued();
      for (const attempts of [1, 2, 3]) {
        expect(await claim(1)).toMatchObject({ attempts });
        await sleep(EXPIRED);
      }
      const fourth = await claim();
      await score(fourth, 0);
      await kept().resumeRuns();
      const fifth = await claim();
      expect(fifth.attempts).toBe(1);
      await kept().releaseRun(fifth);
      expect((await claim()).attempts).toBe(1);
    });

    test("can be given back, and the run is queued again", async () => {
      const run = await queued();
      await kept().releaseRun(await claim());
      expect((await get(run)).status).toBe("queued");
      expect((await claim()).id).toBe(run.id);
    });

    test("begins anew when the runs are resumed, however long the lease is", async () => {
      expect(await kept().resumeRuns()).toBe(false);
      const run = await queued();
      const held = await claim();
      expect(await kept().resumeRuns()).toBe(true);
      expect(await score(held, 0)).toBe(false);
      const again = await claim();
      expect(again).toMatchObject({ id: run.id, attempts: 2 });
      await kept().finishRun(again, { status: "completed" });
      expect(await kept().resumeRuns()).toBe(false);
    });
  });

  describe("scores", () => {
    test("are saved once an item: who comes second changes nothing", async () => {
      await queued();
      const held = await claim();
      expect(await kept().saveScores(held, [scoredItem(1, { a: 0.2, b: null })], nothingSpent)).toBe(true);
      const before = await get(held);
      expect(await score(held, 1)).toBe(true);
      expect(await get(held)).toEqual(before);
      const twice = [scoredItem(0, { a: 1, b: 1 }), scoredItem(0, { a: 0, b: 0 })];
      await kept().saveScores(held, twice, nothingSpent);
      expect(await get(held)).toMatchObject({ evaluatedItems: 2, overallScore: 0.6 });
    });

    test("of items or metrics that the run does not have are refused, and all that came with them", async () => {
      await queued();
      const held = await claim();
      const good = scoredItem(0, { a: 1, b: 1 });
      for (const wrong of [
        scoredItem(3, { a: 1, b: 1 }),
        scoredItem(-1, { a: 1, b: 1 }),
        scoredItem(1, { a: 1 }),
        scoredItem(1, { b: 1, a: 1 }),
        scoredItem(1, { a: Number.NaN, b: 1 }),
      ])
        await expect(kept().saveScores(held, [good, wrong], nothingSpent)).rejects.toThrow(/./);
      expect(await get(held)).toMatchObject({ evaluatedItems: 0, overallScore: null });
      expect(await scored(held)).toEqual([]);
    });

    test("VQ-7: stay when the run is cancelled while they are saved, and nothing that comes later does", async () => {
      const run = await queued(100);
      const held = await claim();
      const saves = Array.from({ length: 50 }, async (_, number) => score(held, number));
      const cancelled = kept().cancelRun({ project, id: run.id });
      const late = Array.from({ length: 50 }, async (_, number) => score(held, 50 + number));
      expect(await Promise.all(saves)).not.toContain(false);
      expect(await Promise.all(late)).not.toContain(true);
      const ended = await cancelled;
      expect(ended).toMatchObject({ status: "cancelled", evaluatedItems: 50, totalItems: 100 });
      expect(ended!.finishedAt).toBeInstanceOf(Date);
      expect(await get(run)).toEqual(ended);
      expect(await scored(held)).toHaveLength(50);
      expect(await kept().extendRun(held, 60_000)).toBe(false);
      expect(await kept().finishRun(held, { status: "completed" })).toBe(false);
      expect(await kept().resumeRuns()).toBe(false);
    });

    test("come with what was spent on them, also on those that are there already", async () => {
      await queued();
      const held = await claim();
      expect(await get(held)).not.toHaveProperty("usage");
      const save = async (number: number, costUsd?: number) => {
        const spent = { inputTokens: 100, outputTokens: 10, ...(costUsd === undefined ? {} : { costUsd }) };
        await kept().saveScores(held, [scoredItem(number, { a: 1, b: 1 })], spent);
        return (await get(held)).usage;
      };
      expect(await save(0, 0.1)).toEqual({ inputTokens: 100, outputTokens: 10, costUsd: 0.1 });
      expect(await save(0, 0.2)).toEqual({ inputTokens: 200, outputTokens: 20, costUsd: 0.3 });
      await kept().saveScores(held, [scoredItem(1, { a: 1, b: 1 })], nothingSpent);
      expect(await get(held)).toMatchObject({ usage: { costUsd: 0.3 } });
      expect(await save(2)).toEqual({ inputTokens: 300, outputTokens: 30 });
      expect(await save(2, 0.1)).toEqual({ inputTokens: 400, outputTokens: 40 });
    });
  });

  describe("the end of a run", () => {
    test.each([
      ["completed", { status: "completed" }],
      ["failed", { status: "failed", error: "no key: send it again" }],
    ] as const)("%s, is the end", async (_, outcome) => {
      const run = await queued();
      const held = await claim();
      await score(held, 0);
      expect(await kept().finishRun(held, outcome)).toBe(true);
      const ended = await get(run);
      expect(ended).toMatchObject({ ...outcome, evaluatedItems: 1 });
      expect(ended.finishedAt).toBeInstanceOf(Date);
      expect("error" in ended).toBe(outcome.status === "failed");
      expect(await score(held, 1)).toBe(false);
      expect(await kept().finishRun(held, { status: "completed" })).toBe(false);
      expect(await kept().cancelRun({ project, id: run.id })).toEqual(ended);
      expect(await kept().claimRun({ worker: "w", leaseMs: 1000 })).toBeUndefined();
      expect(await get(run)).toEqual(ended);
    });

    test("VQ-7: comes at once for one that is cancelled before it began", async () => {
      const run = await queued();
      expect(await kept().cancelRun({ project: "other", id: run.id })).toBeUndefined();
      expect(await kept().cancelRun({ project, id: run.id })).toMatchObject({ status: "cancelled", evaluatedItems: 0 });
      expect(await kept().claimRun({ worker: "w", leaseMs: 1000 })).toBeUndefined();
      expect(await kept().cancelRun({ project, id: "f".repeat(32) })).toBeUndefined();
    });
  });
}
