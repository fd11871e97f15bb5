/** Datasets are written whole or not at all, in slices that the store can take. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DuplicateItemError, writeDataset } from "../../../src/api/evaluation/write-dataset.ts";
import type { EvaluationRef, EvaluationStore } from "../../../src/component/evaluations.ts";
import type { EvaluationItem } from "../../../src/model/evaluation.ts";
import { openStore } from "../open-store.ts";

const project = "default";
const begun: EvaluationRef[] = [];
const slices: number[] = [];
let store: EvaluationStore;
let close: () => Promise<void>;
beforeAll(async () => {
  const opened = await openStore();
  ({ close } = opened);
  const { evaluations } = opened.store;
  store = {
    ...evaluations,
    async beginDataset(dataset) {
      const ref = await evaluations.beginDataset(dataset);
      begun.push(ref);
      return ref;
    },
    async addItems(ref, items) {
      slices.push(items.length);
      return evaluations.addItems(ref, items);
    },
  };
});
afterAll(async () => close());

const itemOf = (key: string, output = "b"): EvaluationItem => ({ key, input: "a", output, context: [], metadata: {} });
const itemsOf = (count: number): EvaluationItem[] => Array.from({ length: count }, (_, at) => itemOf(`item ${at}`));

/** Nobody can add to what was given up, and nobody sees it. */
async function requireGone(name: string): Promise<void> {
  const { found } = await store.findDatasets({ project, page: 1, pageSize: 1000 });
  expect(found.map((dataset) => dataset.name)).not.toContain(name);
  await expect(store.addItems(begun.at(-1)!, [itemOf("more")])).rejects.toThrow("dataset");
}

describe("a dataset", () => {
  it("is written in slices, in order", async () => {
    slices.length = 0;
    const { id, items } = await writeDataset(store, { project, name: "many", source: "upload" }, itemsOf(1200));
    expect(items).toBe(1200);
    expect(slices).toEqual([500, 500, 200]);
    const page = await store.findDatasetItems({ project, id, page: 2, pageSize: 700 });
    expect(page?.found.map(({ item }) => item.key)).toEqual(
      itemsOf(1200)
        .slice(700)
        .map(({ key }) => key),
    );
  });

  it("is written in smaller slices when its items are large", async () => {
    slices.length = 0;
    const large = Array.from({ length: 7 }, (_, at) => itemOf(String(at), "x".repeat(400_000)));
    await writeDataset(store, { project, source: "inline" }, [...large, itemOf("huge", "y".repeat(3_000_000))]);
    expect(slices).toEqual([2, 2, 2, 1, 1]);
  });

  it("is given up whole when reading its items fails", async () => {
    async function* failing(): AsyncGenerator<EvaluationItem> {
      yield* itemsOf(800);
      throw new Error("the sender went away");
    }
    const writing = writeDataset(store, { project, name: "failing", source: "upload" }, failing());
    await expect(writing).rejects.toThrow("the sender went away");
    await requireGone("failing");
  });

  it.each([
    ["items", { maxDatasetItems: 3, maxDatasetBytes: 10_000 }, "a dataset may have 3 items"],
    ["bytes", { maxDatasetItems: 9, maxDatasetBytes: 2 ** 20 }, "a dataset may have 1 MiB"],
  ])("is given up whole when it is to have more %s than it may", async (what, limits, message) => {
    const items = ["a", "b", "c", "d"].map((key) => itemOf(key, "x".repeat(what === "bytes" ? 300_000 : 1)));
    const dataset = { project, name: `too many ${what}`, source: "sessions" } as const;
    await expect(writeDataset(store, dataset, items, { limits })).rejects.toThrow(message);
    await requireGone(dataset.name);
    expect((await writeDataset(store, dataset, items.slice(0, 3), { limits })).items).toBe(3);
  });

  it("is given up whole when two items have one key, also far from each other", async () => {
    const items = [...itemsOf(900), itemOf("item 3")];
    const writing = writeDataset(store, { project, name: "twice", source: "inline" }, items);
    const failure: unknown = await writing.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(DuplicateItemError);
    expect(failure).toMatchObject({ number: 900, first: 3, key: "item 3" });
    await requireGone("twice");
  });

  it("tells of every duplicate whoever wants to know, by the numbers of the items without them", async () => {
    const keys = ["a", "b", "a", "a", "c", "b"];
    const found: unknown[] = [];
    const check = {
      onDuplicate: (duplicate: object) => void found.push(duplicate),
      onEnd: () => {
        throw new Error("refused");
      },
    };
    const items = keys.map((key) => itemOf(key));
    await expect(writeDataset(store, { project, name: "all", source: "upload" }, items, { check })).rejects.toThrow(
      "refused",
    );
    expect(found).toEqual([
      { number: 2, first: 0, key: "a" },
      { number: 2, first: 0, key: "a" },
      { number: 3, first: 1, key: "b" },
    ]);
    await requireGone("all");
  });
});
