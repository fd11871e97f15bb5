import { array, assert, double, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { addTo, meanOf } from "../../../src/stores/sqlite/precise-sum.ts";

const sumOf = (values: readonly number[]) => values.reduce(addTo, { sum: 0, rest: 0 });
const UNIT = 1074n;

/** Exactly, in the smallest unit that a double has. */
function toUnits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & ((1n << 52n) - 1n);
  return exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
}

describe("a precise sum", () => {
  test("of ten tenths is one, which adding them is not", () => {
    const tenths = Array.from({ length: 10 }, () => 0.1);
    expect(tenths.reduce((sum, value) => sum + value, 0)).not.toBe(1);
    expect(meanOf(sumOf(tenths), 10)).toBe(0.1);
  });

  test("keeps what is far smaller than the sum", () => {
    expect(meanOf(sumOf([1, 1e-20, 1e-20]), 1)).toBe(1);
    expect(sumOf([1, 1e-20, 1e-20]).rest).toBe(2e-20);
    expect(sumOf([1e-20, 1]).rest).toBe(1e-20);
  });

  test("of nothing has no mean", () => {
    expect(meanOf(sumOf([]), 0)).toBeNull();
  });

  test("is the exact one but for its last bit, in whatever order", () => {
    const value = double({ min: 0, max: 1, noNaN: true });
    assert(
      property(array(value, { minLength: 1, maxLength: 200 }), (values) => {
        const exact = values.reduce((total, next) => total + toUnits(next), 0n);
        for (const order of [values, values.toSorted((a, b) => a - b), values.toReversed()]) {
          const { sum, rest } = sumOf(order);
          const off = toUnits(sum + rest) - exact;
          expect(off < 0n ? -off : off).toBeLessThanOrEqual(exact >> 52n);
        }
      }),
    );
    expect(toUnits(1)).toBe(1n << UNIT);
  });
});
