import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pairBest } from "../../../src/evaluation/validators/pair-best.ts";

type Weights = readonly (readonly number[])[];
type Columns = readonly (number | undefined)[];

const weightOf = (weights: Weights, columns: Columns): number =>
  columns.reduce<number>((sum, column, row) => sum + (column === undefined ? 0 : (weights[row]?.[column] ?? 0)), 0);

/** Each row takes the heaviest column that is left. */
function pairGreedily(weights: Weights): Columns {
  const taken = new Set<number>();
  return weights.map((row) => {
    const free = [...row.keys()].filter((column) => !taken.has(column) && row[column]! > 0);
    const best = free.sort((a, b) => row[b]! - row[a]!)[0];
    if (best !== undefined) taken.add(best);
    return best;
  });
}

/** The heaviest of all pairings there are. */
function heaviest(weights: Weights, row = 0, taken: ReadonlySet<number> = new Set()): number {
  const weightsOfRow = weights[row];
  if (weightsOfRow === undefined) return 0;
  const without = heaviest(weights, row + 1, taken);
  return [...weightsOfRow.entries()]
    .filter(([column]) => !taken.has(column))
    .reduce(
      (best, [column, weight]) => Math.max(best, weight + heaviest(weights, row + 1, new Set([...taken, column]))),
      without,
    );
}

const matrix = fc.tuple(fc.nat(4), fc.nat(4)).chain(([rows, columns]) =>
  fc.array(
    fc.array(fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 3, noNaN: true })), {
      minLength: columns,
      maxLength: columns,
    }),
    { minLength: rows, maxLength: rows },
  ),
);

describe("the best pairing", () => {
  it.each<[string, Weights, Columns]>([
    ["nothing with nothing", [], []],
    ["no row twice", [[1], [1]], [0, undefined]],
    ["nothing that has no weight", [[0, 0]], [undefined]],
    [
      "a row with the column that it alone can take",
      [
        [1, 1],
        [1, 0],
      ],
      [1, 0],
    ],
    ["the heavier pair where one column is there", [[1], [2]], [undefined, 0]],
    [
      "three that must each make room",
      [
        [3, 2, 0],
        [3, 0, 1],
        [3, 0, 0],
      ],
      [1, 2, 0],
    ],
    ["rows that have no columns", [[], []], [undefined, undefined]],
  ])("pairs %s", (_, weights, columns) => {
    expect(pairBest(weights)).toEqual(columns);
  });

  it("is as heavy as the heaviest there is, never lighter than the greedy one, and takes no column twice", () => {
    fc.assert(
      fc.property(matrix, (weights) => {
        const columns = pairBest(weights);
        const taken = columns.filter((column) => column !== undefined);
        expect(new Set(taken).size).toBe(taken.length);
        const weight = weightOf(weights, columns);
        expect(weight).toBeCloseTo(heaviest(weights), 9);
        expect(weight).toBeGreaterThanOrEqual(weightOf(weights, pairGreedily(weights)) - 1e-9);
      }),
    );
  });

  it("is heavier than the greedy one where that goes wrong", () => {
    const weights = [
      [2, 1.9],
      [1.9, 0],
    ];
    expect(weightOf(weights, pairBest(weights))).toBeCloseTo(3.8);
    expect(weightOf(weights, pairGreedily(weights))).toBe(2);
  });

  it("pairs a hundred expected calls with thousands in moments", () => {
    const weights = Array.from({ length: 100 }, (_, row) =>
      Array.from({ length: 3_000 }, (_, column) => ((row * 7919 + column * 104_729) % 1000) / 1000),
    );
    const started = performance.now();
    expect(new Set(pairBest(weights)).size).toBe(100);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
