import { describe, expect, it } from "vitest";
import { fingerprintOf, leavesOf, memberOf, toJsonText } from "../../../../src/evaluation/rules/reading/json-leaves.ts";
import type { JsonValue } from "../../../../src/model/session.ts";

const nested = (depth: number): JsonValue => {
  let value: JsonValue = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
};

describe("JSON leaves", () => {
  it("are the scalars with the names above them", () => {
    expect([...leavesOf({ a: [{ b: 1 }, "x"], c: null })]).toEqual([
      { value: 1, key: "b", top: "a" },
      { value: "x", key: "a", top: "a" },
      { value: null, key: "c", top: "c" },
    ]);
  });

  it("leave out what lies too deep, without exhausting the stack", () => {
    expect([...leavesOf(nested(20_000))]).toEqual([]);
    expect(fingerprintOf(nested(20_000))).toBeUndefined();
    expect(toJsonText(nested(200_000))).toContain("nested too deeply");
  });

  it("know only own members", () => {
    expect(memberOf({}, "toString")).toBeUndefined();
    expect(memberOf([1], "0")).toBeUndefined();
  });
});

describe("fingerprints", () => {
  it("are equal for equal values in any order of members", () => {
    expect(fingerprintOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(fingerprintOf({ b: [{ d: 3, c: 2 }], a: 1 }));
  });

  it.each<[a: JsonValue, b: JsonValue]>([
    [["1"], [1]],
    [{ a: "b,c" }, { a: "b", c: "" }],
    [{ a: 1 }, [["a", 1]]],
    [{}, []],
    [
      [1, 2],
      [2, 1],
    ],
  ])("tell %j from %j", (a, b) => {
    expect(fingerprintOf(a)).not.toBe(fingerprintOf(b));
  });
});
