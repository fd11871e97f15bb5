/** Evaluation projects and datasets. */
import { describe, expect, test } from "vitest";
import type { EvaluationStore } from "../../src/component/evaluations.ts";
import { PermanentError } from "../../src/model/errors.ts";
import type { EvaluationItem } from "../../src/model/evaluation.ts";
import type { JsonValue } from "../../src/model/session.ts";
import { addDataset, addRun, evaluationItem, evaluationItems } from "../support/stored-runs.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

export function describeStoreDatasets(underTest: () => StoreUnderTest): void {
  const kept = (): EvaluationStore => underTest().store.evaluations;
  const first = { page: 1, pageSize: 10 };

  describe("an evaluation project", () => {
    test("VQ-14: is made when it is first named, and is the same one from then on", async () => {
      const made = await kept().ensureProject(project, "bot");
      expect(made).toMatchObject({ name: "bot", weights: {}, metrics: [], threshold: 0.7 });
      expect(made.createdAt).toBeInstanceOf(Date);
      const [again, ...others] = await Promise.all(
        ["bot", "bot", "Bot", " bot"].map(async (name) => kept().ensureProject(project, name)),
      );
      expect(again).toEqual(made);
      expect(new Set([again, ...others].map((found) => found!.id)).size).toBe(3);
      expect(await kept().getProject(project, made.id)).toEqual(made);
      expect(await kept().getProject(project, "bot")).toEqual(made);
      expect(await kept().getProject(project, "nobody's")).toBeUndefined();
      expect(await kept().findProjects({ project, page: 1, pageSize: 2 })).toMatchObject({
        total: 3,
        found: [{ name: "bot" }, {}],
      });
      expect((await kept().findProjects({ project, page: 2, pageSize: 2 })).found).toHaveLength(1);
    });

    test("VQ-18: keeps its weights, metrics and threshold", async () => {
      const made = await kept().ensureProject(project, "bot");
      const settings = {
        weights: { coherence: 2, ["__proto__"]: 3 },
        metrics: ["coherence", "equals"],
        threshold: 0.9,
      };
      expect(await kept().saveProjectSettings({ project, id: made.id }, settings)).toBe(true);
      expect(await kept().getProject(project, "bot")).toEqual({ ...made, ...settings });
      expect(await kept().ensureProject(project, "bot")).toEqual({ ...made, ...settings });
      expect(await kept().saveProjectSettings({ project, id: "f".repeat(32) }, settings)).toBe(false);
    });

    test("is its owner's own", async () => {
      const made = await kept().ensureProject(project, "bot");
      const others = await kept().ensureProject("other", "bot");
      expect(others.id).not.toBe(made.id);
      expect(await kept().getProject("other", made.id)).toBeUndefined();
      const settings = { weights: {}, metrics: [], threshold: 0.1 };
      expect(await kept().saveProjectSettings({ project: "other", id: made.id }, settings)).toBe(false);
      expect(await kept().getProject(project, "bot")).toEqual(made);
      expect((await kept().findProjects({ project: "other", ...first })).found).toEqual([others]);
    });

    test("is found by its id before another one is by its name", async () => {
      const made = await kept().ensureProject(project, "bot");
      await kept().ensureProject(project, made.id);
      expect(await kept().getProject(project, made.id)).toEqual(made);
    });
  });

  describe("a dataset", () => {
    test("is there once it is finished, with its items in their order", async () => {
      const items = evaluationItems(7, { context: ["one", "two"], expected: ["yes"] });
      const ref = await kept().beginDataset({ project, name: "faq", source: "sessions" });
      expect(await kept().addItems(ref, items.slice(0, 5))).toBeUndefined();
      expect(await kept().addItems(ref, items.slice(5))).toBeUndefined();
      expect(await kept().getDataset(ref)).toBeUndefined();
      expect(await kept().findDatasetItems({ ...ref, ...first })).toBeUndefined();
      expect((await kept().findDatasets({ project, ...first })).total).toBe(0);
      const dataset = await kept().finishDataset(ref);
      expect(dataset).toMatchObject({ id: ref.id, name: "faq", source: "sessions", items: 7 });
      expect(dataset.bytes).toBeGreaterThan(7 * items[0]!.input.length);
      expect(await kept().getDataset(ref)).toEqual(dataset);
      expect(await kept().findDatasets({ project, ...first })).toEqual({ found: [dataset], total: 1 });
      const read = async (page: number) => kept().findDatasetItems({ ...ref, page, pageSize: 3 });
      expect((await read(1))!.found).toEqual(items.slice(0, 3).map((item, number) => ({ number, item })));
      expect((await read(3))!).toEqual({ found: [{ number: 6, item: items[6] }], total: 7 });
      expect((await read(4))!).toEqual({ found: [], total: 7 });
    });

    test("can be without a single item", async () => {
      const dataset = await addDataset(underTest().store, []);
      expect(dataset).toMatchObject({ items: 0, bytes: 0 });
      expect(await kept().findDatasetItems({ project, id: dataset.id, ...first })).toEqual({ found: [], total: 0 });
    });

    test("takes no items any more when it is finished, and none that was never begun does", async () => {
      const { id } = await addDataset(underTest().store, evaluationItems(1));
      for (const ref of [
        { project, id },
        { project, id: "f".repeat(32) },
      ]) {
        await expect(kept().addItems(ref, [evaluationItem("more")])).rejects.toBeInstanceOf(PermanentError);
        await expect(kept().finishDataset(ref)).rejects.toBeInstanceOf(PermanentError);
        await kept().discardDataset(ref);
      }
      expect((await kept().getDataset({ project, id }))!.items).toBe(1);
    });

    test("tells which of its items is one too many, and takes nothing of what came with that", async () => {
      const ref = await kept().beginDataset({ project, name: "faq", source: "upload" });
      await kept().addItems(ref, evaluationItems(3));
      const keyed = (...keys: readonly string[]): EvaluationItem[] => keys.map((key) => evaluationItem(key));
      expect(await kept().addItems(ref, keyed("x", "y", "k1", "x"))).toEqual({ number: 5, first: 1, key: "k1" });
      expect(await kept().addItems(ref, keyed("x", "y", "x"))).toEqual({ number: 5, first: 3, key: "x" });
      expect(await kept().addItems(ref, keyed("x", "y"))).toBeUndefined();
      expect((await kept().finishDataset(ref)).items).toBe(5);
      const found = (await kept().findDatasetItems({ ...ref, ...first }))!.found;
      expect(found.map(({ number, item }) => [number, item.key])).toEqual(
        ["k0", "k1", "k2", "x", "y"].map((key, number) => [number, key]),
      );
    });

    test("gives back what was put in, whatever it was", async () => {
      const hostile = JSON.parse('{"__proto__":{"a":1},"constructor":"x","a.b":{"__proto__":null}}') as Record<
        string,
        JsonValue
      >;
      const items: EvaluationItem[] = [
        evaluationItem("nul\0key", { input: "a\0b", output: "\ud800 alone", context: ["\udfff", ""] }),
        evaluationItem("\ud800", { metadata: hostile, toolCalls: [{ name: "t", arguments: hostile, result: null }] }),
        evaluationItem("\ud801", { history: [{ user: "u" }, { user: "v", assistant: "w" }] }),
        evaluationItem("", { output: "x".repeat(1024 * 1024), expected: [] }),
        evaluationItem("'); DROP TABLE datasets; --", { origin: { sessionId: "f".repeat(32), turn: 3 } }),
        evaluationItem("nul\0", { toolCalls: [{ name: "", arguments: {}, error: "no" }] }),
      ];
      const dataset = await addDataset(underTest().store, items, { name: "n\0'\u2028" });
      expect(dataset.name).toBe("n\0'\u2028");
      const { found } = (await kept().findDatasetItems({ project, id: dataset.id, ...first }))!;
      expect(found.map(({ item }) => item)).toEqual(items);
      expect(Object.keys(found[1]!.item.metadata)).toEqual(["__proto__", "constructor", "a.b"]);
      expect(Object.getPrototypeOf(found[1]!.item.metadata)).toBe(Object.prototype);
    });

    test("shows in its pages the beginnings of long items, when so much is asked for, and so do its runs", async () => {
      const items = [evaluationItem("a"), evaluationItem("b", { output: "o".repeat(1000) })];
      const { id } = await addDataset(underTest().store, items);
      const run = await addRun(underTest().store, id);
      const shown = [
        { number: 0, item: items[0] },
        { number: 1, item: { ...items[1], output: `${"o".repeat(500)}…` }, isShortened: true },
      ];
      const page = { project, ...first, maxCharacters: 500 };
      expect((await kept().findDatasetItems({ ...page, id }))!.found).toEqual(shown);
      expect((await kept().findRunItems({ ...page, id: run.id }))!.found).toEqual(shown);
      expect((await kept().getRunItem({ project, id: run.id, number: 1 }))!.item).toEqual(items[1]);
    });

    test("that is discarded leaves nothing", async () => {
      const ref = await kept().beginDataset({ project, name: "faq", source: "upload" });
      await kept().addItems(ref, evaluationItems(700));
      await kept().discardDataset(ref);
      await expect(kept().finishDataset(ref)).rejects.toBeInstanceOf(PermanentError);
      const again = await kept().beginDataset({ project, name: "faq", source: "upload" });
      expect(await kept().addItems(again, evaluationItems(1))).toBeUndefined();
    });

    test("is listed when it has a name, the newest first, also one of the same name", async () => {
      const { store } = underTest();
      await addDataset(store, evaluationItems(1), { name: null });
      const named = [];
      for (const name of ["a", "b", "a"]) named.unshift(await addDataset(store, [], { name }));
      expect(await kept().findDatasets({ project, page: 1, pageSize: 2 })).toEqual({
        found: named.slice(0, 2),
        total: 3,
      });
      expect((await kept().findDatasets({ project, page: 2, pageSize: 2 })).found).toEqual(named.slice(2));
    });

    test("cannot be deleted while a run has it, ended or not", async () => {
      const { store } = underTest();
      const { id } = await addDataset(store, evaluationItems(2));
      const run = await addRun(store, id);
      expect(await kept().deleteDataset({ project, id })).toBe("in_use");
      await kept().cancelRun({ project, id: run.id });
      expect(await kept().deleteDataset({ project, id })).toBe("in_use");
      expect(await kept().deleteRun({ project, id: run.id })).toBe("done");
      expect((await kept().getDataset({ project, id }))!.items).toBe(2);
      expect(await kept().deleteDataset({ project, id })).toBe("done");
      expect(await kept().deleteDataset({ project, id })).toBe("missing");
      expect(await kept().findDatasetItems({ project, id, ...first })).toBeUndefined();
      expect(await kept().findDatasets({ project, ...first })).toEqual({ found: [], total: 0 });
    });

    test("is its owner's own", async () => {
      const dataset = await addDataset(underTest().store, evaluationItems(2));
      const ref = { project: "other", id: dataset.id };
      expect(await kept().getDataset(ref)).toBeUndefined();
      expect(await kept().findDatasetItems({ ...ref, ...first })).toBeUndefined();
      expect(await kept().deleteDataset(ref)).toBe("missing");
      expect((await kept().findDatasets({ project: "other", ...first })).total).toBe(0);
      const begun = await kept().beginDataset({ project, name: "faq", source: "upload" });
      const stolen = { project: "other", id: begun.id };
      await expect(kept().addItems(stolen, evaluationItems(1))).rejects.toBeInstanceOf(PermanentError);
      await expect(kept().finishDataset(stolen)).rejects.toBeInstanceOf(PermanentError);
      await kept().discardDataset(stolen);
      expect((await kept().finishDataset(begun)).items).toBe(0);
    });
  });

  describe("the use of a month", () => {
    test("VQ-19: is counted without a loss, month by month and owner by owner", async () => {
      const use = { month: "2026-11", evaluations: 2, tokens: 10 };
      const counted = await Promise.all(Array.from({ length: 20 }, async () => kept().countUse(project, use)));
      expect(new Set(counted.map(({ tokens }) => tokens)).size).toBe(20);
      expect(await kept().countUse(project, { ...use, evaluations: 0, tokens: 0 })).toEqual({
        evaluations: 40,
        tokens: 200,
      });
      const once = { evaluations: 2, tokens: 10 };
      expect(await kept().countUse(project, { ...use, month: "2026-12" })).toEqual(once);
      expect(await kept().countUse("other", use)).toEqual(once);
    });
  });
}
