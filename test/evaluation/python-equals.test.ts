import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { pythonEquals } from "../../src/evaluation/python-equals.ts";
import type { JsonValue } from "../../src/model/session.ts";

describe("pythonEquals", () => {
  // Python's answers; JSON's 1 and 1.0 are the same number here.
  const cases: [JsonValue | undefined, JsonValue | undefined, boolean][] = [
    [1, 1.0, true],
    [1, true, true],
    [0, false, true],
    [2, true, false],
    ["1", 1, false],
    ["", false, false],
    ["a", "A", false],
    [" a", "a", false],
    [null, null, true],
    [undefined, null, true],
    ["", null, false],
    [0, null, false],
    [[1, 2], [2, 1], false],
    [[1, 2], [true, 2], true],
    [[1], [1, null], false],
    [[], {}, false],
    [{ a: 1, b: [{}] }, { b: [{}], a: true }, true],
    [{ a: null }, {}, false],
    [{ a: null }, { b: null }, false],
    [0.1 + 0.2, 0.3, false],
    [JSON.parse('{"__proto__":1}') as JsonValue, {}, false],
    [JSON.parse('{"__proto__":{}}') as JsonValue, { constructor: {} }, false],
  ];
  for (const [left, right, equal] of cases) {
    it(`says ${equal} of ${JSON.stringify(left)} and ${JSON.stringify(right)}, either way round`, () => {
      expect(pythonEquals(left, right)).toBe(equal);
      expect(pythonEquals(right, left)).toBe(equal);
    });
  }

  it("finds any value equal to its copy, and to nothing that holds it", () => {
    assert(
      property(jsonValue(), (value) => {
        const json = value as JsonValue;
        expect(pythonEquals(json, JSON.parse(JSON.stringify(json)) as JsonValue)).toBe(true);
        expect(pythonEquals(json, [json])).toBe(false);
      }),
    );
  });

  it("compares values nested more deeply than the stack goes", () => {
    const nested = (depth: number): JsonValue => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as JsonValue;
    expect(pythonEquals(nested(200_000), nested(200_000))).toBe(true);
    expect(pythonEquals(nested(200_000), nested(200_001))).toBe(false);
  });
});
