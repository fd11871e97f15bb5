/** What runs came to: their items, means and trends. */
import { describe, expect, test } from "vitest";
import type { EvaluationStore, RunClaim, RunItemsQuery } from "../../src/component/evaluations.ts";
import type { EvaluationItem, ScoredItem } from "../../src/model/evaluation.ts";
import {
  addDataset,
  addRun,
  claimRun,
  evaluationItem,
  evaluationItems,
  nothingSpent,
  type RunWish,
  scoredItem,
} from "../support/stored-runs.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const DAY = 86_400_000;

export function describeStoreRunResults(underTest: () => StoreUnderTest): void {
  const kept = (): EvaluationStore => underTest().store.evaluations;

  const claimed = async (items: readonly EvaluationItem[], wish: RunWish = {}): Promise<RunClaim> => {
    const { store } = underTest();
    const { project: owner = project } = wish;
    const dataset = await addDataset(store, items, { project: owner });
    await addRun(store, dataset.id, wish);
    return claimRun(store);
  };
  const save = async (claim: RunClaim, ...scored: readonly ScoredItem[]): Promise<void> => {
    expect(await kept().saveScores(claim, scored, nothingSpent)).toBe(true);
  };
  const get = async ({ project: owner, id }: RunClaim) => (await kept().getRun({ project: owner, id }))!;

  describe("the means of a run", () => {
    test("VQ-8: are over the items that were scored, metric by metric and overall", async () => {
      const run = await claimed(evaluationItems(5));
      await save(run, scoredItem(0, { a: 1, b: 0.5 }), scoredItem(3, { a: 0.5, b: null }));
      await save(run, scoredItem(1, { a: null, b: null }, { error: "timeout" }));
      expect(await get(run)).toMatchObject({
        evaluatedItems: 3,
        failedItems: 1,
        overallScore: 0.625,
        metrics: [
          { key: "a", mean: 0.75, scored: 2, belowThreshold: 1 },
          { key: "b", mean: 0.5, scored: 1, belowThreshold: 1 },
        ],
      });
    });

    test("do not drift, however many items there are and in whatever groups they come", async () => {
      const run = await claimed(evaluationItems(3000), { metrics: [{ key: "a", weight: 1 }] });
      const valueOf = (number: number): number => [0.1, 0.7, 1 / 3][number % 3]!;
      for (let from = 0, size = 1; from < 3000; from += size, size = (size * 7) % 311)
        await save(
          run,
          ...range(from, Math.min(3000, from + size)).map((number) => scoredItem(number, { a: valueOf(number) })),
        );
      const mean = exactMean(range(0, 3000).map(valueOf));
      expect(await get(run)).toMatchObject({ overallScore: mean, metrics: [{ mean, scored: 3000 }] });
    });

    test("VQ-18: hold a value to be the threshold that is so but for rounding", async () => {
      const run = await claimed(evaluationItems(3), { threshold: 0.7, metrics: [{ key: "a", weight: 1 }] });
      const almost = 0.1 * 7 - Number.EPSILON;
      expect(almost).toBeLessThan(0.7);
      await save(run, scoredItem(0, { a: almost }), scoredItem(1, { a: 0.7 }), scoredItem(2, { a: 0.699 }));
      expect(await get(run)).toMatchObject({ metrics: [{ belowThreshold: 1 }] });
      const { found } = (await kept().findRunItems({ ...run, page: 1, pageSize: 9, below: 0.7 }))!;
      expect(found.map(({ number }) => number)).toEqual([2]);
    });
  });

  describe("the items of a run", () => {
    /** Overall scores by number; 4 could not be scored, 2 and 6 have not been. */
    const overall = [0.9, 0.2, undefined, 0.5, null, 0.2, undefined, 1];
    const run = async (): Promise<RunClaim> => {
      const claim = await claimed(evaluationItems(8), { metrics: [{ key: "a", weight: 1 }] });
      await save(claim, ...overall.flatMap((a, number) => (a === undefined ? [] : [scoredItem(number, { a })])));
      return claim;
    };
    const find = async (claim: RunClaim, query: Partial<RunItemsQuery>) => {
      const page = (await kept().findRunItems({ ...claim, page: 1, pageSize: 100, ...query }))!;
      return [page.found.map(({ number }) => number), page.total];
    };

    test("VQ-9: come in the dataset's order, also those that have no scores yet", async () => {
      const claim = await run();
      expect(await find(claim, {})).toEqual([[0, 1, 2, 3, 4, 5, 6, 7], 8]);
      expect(await find(claim, { page: 2, pageSize: 3 })).toEqual([[3, 4, 5], 8]);
      expect(await find(claim, { page: 3, pageSize: 3 })).toEqual([[6, 7], 8]);
      expect(await find(claim, { page: 4, pageSize: 3 })).toEqual([[], 8]);
      const { found } = (await kept().findRunItems({ ...claim, page: 1, pageSize: 3 }))!;
      expect(found).toEqual([
        { number: 0, item: evaluationItem("k0"), scored: scoredItem(0, { a: 0.9 }) },
        { number: 1, item: evaluationItem("k1"), scored: scoredItem(1, { a: 0.2 }) },
        { number: 2, item: evaluationItem("k2") },
      ]);
    });

    test("come worst first, and at last those without a score, whatever the page", async () => {
      const claim = await run();
      const worst = [1, 5, 3, 0, 7, 4, 2, 6];
      expect(await find(claim, { worstFirst: true })).toEqual([worst, 8]);
      for (const pageSize of [1, 2, 3, 5, 7]) {
        const pages: unknown[] = [];
        for (let page = 1; page <= Math.ceil(8 / pageSize); page += 1)
          pages.push((await find(claim, { worstFirst: true, page, pageSize }))[0]);
        expect(pages.flat()).toEqual(worst);
        expect(await find(claim, { worstFirst: true, page: 99, pageSize })).toEqual([[], 8]);
      }
    });

    test("below a score are only those that have one, in either order", async () => {
      const claim = await run();
      expect(await find(claim, { below: 0.6 })).toEqual([[1, 3, 5], 3]);
      expect(await find(claim, { below: 0.6, worstFirst: true })).toEqual([[1, 5, 3], 3]);
      expect(await find(claim, { below: 0.6, page: 2, pageSize: 2 })).toEqual([[5], 3]);
      expect(await find(claim, { below: 0.6, worstFirst: true, page: 2, pageSize: 2 })).toEqual([[3], 3]);
      expect(await find(claim, { below: 0.2 })).toEqual([[], 0]);
      expect(await find(claim, { below: 99 })).toEqual([[0, 1, 3, 5, 7], 5]);
    });

    test("VQ-10: are read one by one, with all that was said of them", async () => {
      const claim = await claimed(evaluationItems(2));
      const said: ScoredItem = {
        number: 1,
        overall: 0.1 + 0.2,
        scores: [
          { name: "a", value: 0.1 + 0.2, explanation: "why\0 \ud800" },
          { name: "b", value: null, explanation: "the model did not answer", error: "timeout" },
        ],
      };
      await save(claim, said);
      expect(await kept().getRunItem({ ...claim, number: 1 })).toEqual({
        number: 1,
        item: evaluationItem("k1"),
        scored: said,
      });
      expect(await kept().getRunItem({ ...claim, number: 0 })).toEqual({ number: 0, item: evaluationItem("k0") });
      for (const number of [-1, 2, 0.5]) expect(await kept().getRunItem({ ...claim, number })).toBeUndefined();
    });

    test("are their owner's own", async () => {
      const { id } = await run();
      const ref = { project: "other", id };
      expect(await kept().getRun(ref)).toBeUndefined();
      expect(await kept().findRunItems({ ...ref, page: 1, pageSize: 9 })).toBeUndefined();
      expect(await kept().getRunItem({ ...ref, number: 0 })).toBeUndefined();
      expect(await kept().readRunValues(ref)).toBeUndefined();
      expect(await kept().readUnscoredItems(ref, { limit: 9, maxBytes: 99 })).toEqual([]);
    });
  });

  describe("the values of a run", () => {
    test("VQ-12: are those of every item that was scored, by key", async () => {
      const claim = await claimed(["x", "\ud800", "y\0", "z"].map((key) => evaluationItem(key)));
      await save(claim, scoredItem(3, { a: 0.25, b: null }), scoredItem(1, { a: null, b: null }));
      await save(claim, scoredItem(0, { a: 0.1, b: 0.2 }));
      const values = (await kept().readRunValues(claim))!;
      expect(values.run).toEqual(await get(claim));
      expect(values.keys).toEqual(["x", "\ud800", "z"]);
      expect([...values.overall]).toEqual([(0.1 + 0.2) / 2, Number.NaN, 0.25]);
      expect([...values.values]).toEqual([
        ["a", Float64Array.of(0.1, Number.NaN, 0.25)],
        ["b", Float64Array.of(0.2, Number.NaN, Number.NaN)],
      ]);
    });

    test("are none as long as nothing was scored", async () => {
      const values = (await kept().readRunValues(await claimed([])))!;
      expect([values.keys, values.overall.length, [...values.values.keys()]]).toEqual([[], 0, ["a", "b"]]);
    });
  });

  describe("items without scores", () => {
    const read = async (claim: RunClaim, options: { after?: number; limit?: number; maxBytes?: number } = {}) => {
      const items = await kept().readUnscoredItems(claim, { limit: 100, maxBytes: 1e9, ...options });
      return items.map(({ number }) => number);
    };

    test("are read in order, behind the last one that was seen", async () => {
      const claim = await claimed(evaluationItems(6));
      await save(claim, scoredItem(1, { a: 1, b: 1 }), scoredItem(4, { a: 1, b: null }));
      expect(await read(claim)).toEqual([0, 2, 3, 5]);
      expect(await read(claim, { limit: 2 })).toEqual([0, 2]);
      expect(await read(claim, { after: 2, limit: 2 })).toEqual([3, 5]);
      expect(await read(claim, { after: 5 })).toEqual([]);
      const [item] = await kept().readUnscoredItems(claim, { after: 2, limit: 1, maxBytes: 1e9 });
      expect(item).toEqual({ number: 3, item: evaluationItem("k3") });
    });

    test("are as many as fit, and one however large it is", async () => {
      const claim = await claimed(evaluationItems(5, { output: "é".repeat(1000) }));
      expect(await read(claim, { maxBytes: 5000 })).toEqual([0, 1]);
      expect(await read(claim, { maxBytes: 1, after: 1 })).toEqual([2]);
    });
  });

  describe("trends", () => {
    test("VQ-11: are the means of a day's completed runs, each counting once", async () => {
      const from = new Date(Math.floor(Date.now() / DAY) * DAY);
      const to = new Date(from.getTime() + 2 * DAY);
      const day = new Date().toISOString().slice(0, 10);
      const runs: RunClaim[] = [];
      for (const [projectName, values] of [
        [
          "x",
          [
            { a: 0.5, b: null },
            { a: 0.7, b: null },
          ],
        ],
        ["x", [{ a: 0.2, b: 0.4 }]],
        ["y", [{ a: 1, b: 1 }]],
        ["x", [{ a: null, b: null }]],
      ] as const) {
        const claim = await claimed(evaluationItems(values.length), { projectName });
        await save(claim, ...values.map((value, number) => scoredItem(number, value)));
        await kept().finishRun(claim, { status: "completed" });
        runs.push(claim);
      }
      const failed = await claimed(evaluationItems(1));
      await save(failed, scoredItem(0, { a: 0, b: 0 }));
      await kept().finishRun(failed, { status: "failed", error: "no" });
      const { id: evaluationProjectId } = runs[0]!.run.evaluationProject;
      const trends = async (query: object = {}) => kept().readTrends({ project, from, to, ...query });
      const point = (metric: string, score: number, count: number) => ({
        day: expect.stringMatching(day.slice(0, 7)) as string,
        metric,
        score: expect.closeTo(score, 12) as number,
        runs: count,
      });
      expect(await trends()).toEqual([point("overall", (0.6 + 0.3 + 1) / 3, 3)]);
      expect(await trends({ evaluationProjectId })).toEqual([point("overall", 0.45, 2)]);
      expect(await trends({ metrics: ["b", "overall", "a", "b"], evaluationProjectId })).toEqual([
        point("a", 0.4, 2),
        point("b", 0.4, 1),
        point("overall", 0.45, 2),
      ]);
      expect(await trends({ metrics: ["a"] })).toEqual([point("a", (0.6 + 0.2 + 1) / 3, 3)]);
      expect(await trends({ metrics: [] })).toEqual([]);
      expect(await trends({ evaluationProjectId: "f".repeat(32) })).toEqual([]);
      expect(await trends({ project: "other" })).toEqual([]);
      const finishedAt = (await get(runs[2]!)).finishedAt!;
      const next = new Date(finishedAt.getTime() + 1);
      expect(await trends({ from: finishedAt, to: finishedAt })).toEqual([]);
      expect((await trends({ from: finishedAt, to: next })).at(-1)!.score).toBeGreaterThan(0);
    });
  });

  describe("an account that is deleted", () => {
    test("takes its evaluation projects, datasets and runs along, and nobody else's", async () => {
      const { accounts } = underTest().store;
      const account = (await accounts.createAccount({
        email: "ann@example.com",
        role: "user",
        passwordHash: "x",
        key: { digest: Buffer.alloc(32, 1), hint: "vh_abcde" },
        mayTakeDefault: false,
      }))!;
      const own = { project: account.project };
      const [theirs, ours] = [await claimed(evaluationItems(1200), own), await claimed(evaluationItems(2))];
      await save(theirs, ...range(0, 1200).map((number) => scoredItem(number, { a: 1, b: 1 }, { explanation: "why" })));
      await save(ours, scoredItem(0, { a: 1, b: 1 }));
      await kept().countUse(account.project, { month: "2026-11", evaluations: 5, tokens: 5 });
      await accounts.beginDeletion(account.id);
      let slices = 1;
      while (!(await accounts.continueDeletion(account.id))) slices += 1;
      expect(slices).toBeGreaterThan(3);
      const page = { page: 1, pageSize: 9 };
      expect((await kept().findRuns({ ...own, ...page })).total).toBe(0);
      expect((await kept().findDatasets({ ...own, ...page })).total).toBe(0);
      expect((await kept().findProjects({ ...own, ...page })).total).toBe(0);
      expect(await kept().saveScores(theirs, [], nothingSpent)).toBe(false);
      expect(await kept().countUse(account.project, { month: "2026-11", evaluations: 1, tokens: 1 })).toEqual({
        evaluations: 1,
        tokens: 1,
      });
      expect((await kept().findRunItems({ ...ours, ...page }))!.found[0]!.scored).toBeDefined();
    });
  });
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

/** As close as a double can be: the numbers are added as integers of 2 ** -60. */
function exactMean(values: readonly number[]): number {
  const unit = 2 ** 60;
  const sum = values.reduce((total, value) => total + BigInt(Math.round(value * unit)), 0n);
  return Number(sum) / unit / values.length;
}
