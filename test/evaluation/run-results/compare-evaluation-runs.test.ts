import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareEvaluationRuns,
  type ComparedValues,
} from "../../../src/evaluation/run-results/compare-evaluation-runs.ts";
import type { RunMetric } from "../../../src/model/evaluation.ts";

const meanOf = (values: readonly number[]): number | null => {
  const scored = values.filter((value) => !Number.isNaN(value));
  return scored.length === 0 ? null : scored.reduce((sum, value) => sum + value, 0) / scored.length;
};

const metricOf = (key: string, values: readonly number[]): RunMetric => ({
  key,
  weight: 1,
  mean: meanOf(values),
  scored: values.length,
  belowThreshold: 0,
});

/** A run over items with these overall scores, which its metrics have, too. */
function run(id: string, scores: Readonly<Record<string, number>>, metrics: readonly string[] = ["m"]): ComparedValues {
  const overall = Float64Array.from(Object.values(scores));
  return {
    run: { id, overallScore: meanOf([...overall]), metrics: metrics.map((key) => metricOf(key, [...overall])) },
    keys: Object.keys(scores),
    overall,
    values: new Map(metrics.map((key) => [key, overall])),
  };
}

const many = (id: string, count: number, score: (at: number) => number): ComparedValues =>
  run(id, Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, score(at)])));

describe("runs beside a baseline", () => {
  it("VQ-12: have their values and what these differ by, over all and by metric", () => {
    const comparison = compareEvaluationRuns(
      [run("r1", { a: 0.5, b: 0.5 }), run("r2", { a: 1, b: 0.5 }), run("r3", { a: 0, b: 0.5 })],
      "r1",
    );
    expect(comparison.baselineId).toBe("r1");
    expect(Object.fromEntries(comparison.overall.values)).toEqual({ r1: 0.5, r2: 0.75, r3: 0.25 });
    expect(Object.fromEntries(comparison.overall.differences)).toEqual({ r2: 0.25, r3: -0.25 });
    expect(comparison.metrics).toEqual([{ ...comparison.overall, key: "m" }]);
    expect(comparison.overall.paired.get("r2")).toEqual({ n: 2, mean: 0.25, isSignificant: false });
  });

  it("VQ-12: may have any of them as the baseline", () => {
    const runs = [run("r1", { a: 0.5 }), run("r2", { a: 1 })];
    expect(compareEvaluationRuns(runs, "r2").overall.differences).toEqual(new Map([["r1", -0.5]]));
    expect(() => compareEvaluationRuns(runs, "r3")).toThrow("not one of");
  });

  it("pairs items by their keys, whatever their order, and tells which are missing or new", () => {
    const { overall, items } = compareEvaluationRuns(
      [run("r1", { a: 0.1, b: 0.9, gone: 0.5 }), run("r2", { new: 0.5, b: 0.9, a: 0.3 })],
      "r1",
    );
    expect(overall.paired.get("r2")).toMatchObject({ n: 2 });
    expect(overall.paired.get("r2")?.mean).toBeCloseTo(0.1, 12);
    expect(items).toEqual([
      {
        runId: "r2",
        regressed: { count: 0, first: [] },
        improved: { count: 1, first: [{ key: "a", before: 0.1, after: 0.3 }] },
        missing: { count: 1, first: ["gone"] },
        added: { count: 1, first: ["new"] },
      },
    ]);
  });

  it("names the items that fell most and rose most, twenty of each, and counts them all", () => {
    const before = many("r1", 100, () => 0.5);
    const after = many("r2", 100, (at) => (at < 60 ? 0.5 - at / 200 : 0.5 + at / 1_000));
    const { regressed, improved } = compareEvaluationRuns([before, after], "r1").items[0] ?? {};
    expect(regressed?.count).toBe(59);
    expect(regressed?.first.map(({ key }) => key).slice(0, 3)).toEqual(["k59", "k58", "k57"]);
    expect(regressed?.first).toHaveLength(20);
    expect(improved?.count).toBe(40);
    expect(improved?.first[0]).toEqual({ key: "k99", before: 0.5, after: 0.599 });
  });

  it("calls a difference that goes through all items more than chance, and one that goes both ways not", () => {
    const base = many("r1", 40, () => 0.5);
    const better = many("r2", 40, (at) => 0.6 + at / 1_000);
    const mixed = many("r3", 40, (at) => (at % 2 === 0 ? 0.1 : 0.9));
    const { paired } = compareEvaluationRuns([base, better, mixed], "r1").overall;
    expect(paired.get("r2")).toMatchObject({ n: 40, isSignificant: true });
    expect(paired.get("r3")).toMatchObject({ n: 40, isSignificant: false });
  });

  it("leaves out of the pairs what one of the runs did not score", () => {
    const before = run("r1", { a: 0.5, b: NaN, c: 0.5 });
    const after = run("r2", { a: NaN, b: 1, c: 1 });
    const { overall, items } = compareEvaluationRuns([before, after], "r1");
    expect(overall.paired.get("r2")).toMatchObject({ n: 1, mean: 0.5 });
    expect(items[0]?.improved.first).toEqual([{ key: "c", before: 0.5, after: 1 }]);
    expect(items[0]?.missing.count).toBe(0);
  });

  it("tells of a metric that only one run has, without a difference", () => {
    const { metrics } = compareEvaluationRuns([run("r1", { a: 1 }, ["m", "x"]), run("r2", { a: 0 }, ["m", "y"])], "r1");
    expect(metrics.map(({ key }) => key)).toEqual(["m", "x", "y"]);
    expect(metrics[2]).toEqual({ key: "y", values: new Map([["r2", 0]]), differences: new Map(), paired: new Map() });
  });

  it("has no difference where nothing was scored", () => {
    const { overall } = compareEvaluationRuns([run("r1", { a: NaN }), run("r2", { a: 1 })], "r1");
    expect(Object.fromEntries(overall.values)).toEqual({ r1: null, r2: 1 });
    expect(overall.differences.size + overall.paired.size).toBe(0);
  });

  it("takes hostile keys for keys", () => {
    const keys = ["__proto__", "constructor", "\u0000", "\ud800"];
    const runs = [0.2, 0.4].map((score, at): ComparedValues => ({
      run: { id: `r${at}`, overallScore: score, metrics: [] },
      keys,
      overall: Float64Array.from(keys, () => score),
      values: new Map(),
    }));
    const { items } = compareEvaluationRuns(runs, "r0");
    expect(items[0]?.improved.first.map(({ key }) => key)).toEqual(keys);
    expect(items[0]?.missing.count).toBe(0);
  });

  it("counts every item once: fallen, risen, unchanged, missing", () => {
    const scores = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), fc.constantFrom(0, 0.5, 1), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(scores, scores, (before, after) => {
        const { items } = compareEvaluationRuns([run("r1", before), run("r2", after)], "r1");
        const { regressed, improved, missing, added } = items[0] ?? {};
        const same = Object.keys(before).filter((key) => after[key] === before[key]).length;
        const counted = (regressed?.count ?? 0) + (improved?.count ?? 0) + (missing?.count ?? 0) + same;
        expect(counted).toBe(Object.keys(before).length);
        expect(added?.count).toBe(Object.keys(after).filter((key) => !Object.hasOwn(before, key)).length);
      }),
    );
  });
});
