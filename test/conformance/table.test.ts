/** The table itself: nothing of the contract is missing, and every cell that is left out says why. */
import { describe, expect, test } from "vitest";
import { CELLS } from "./assertion.ts";
import { assertions } from "./assertions.ts";

const numbered = (letter: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${letter}${String(from + at).padStart(2, "0")}`);

/** As the contract numbers them, by its sections. */
const IDS = [
  ...numbered("R", 1, 48),
  ...numbered("R", 50, 77),
  ...numbered("R", 80, 95),
  ...numbered("R", 100, 112),
  ...numbered("G", 1, 19),
  ...numbered("L", 1, 8),
];

describe("the conformance table", () => {
  test("has a row for each of the 132 assertions of the contract, and no others", () => {
    expect(IDS).toHaveLength(132);
    expect([...new Set(assertions.map(({ id }) => id))].toSorted()).toEqual(IDS.toSorted());
  });

  test("names no two rows alike", () => {
    const names = assertions.map(({ id, says }) => `${id}: ${says}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(assertions.map((row) => [`${row.id}: ${row.says}`, row] as const))("runs %s somewhere", (_, row) => {
    const reasons = CELLS.map((cell) => row.notFor(cell));
    expect(reasons).toContain(undefined);
    expect(reasons).not.toContain("");
  });
});
