import { describe, expect, it } from "vitest";
import {
  limitDepth,
  member,
  parseJson,
  parseStructure,
  textMember,
  unwrapJson,
} from "../../src/dialects/lenient-json.ts";

const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

describe("JSON as instrumentations write it", () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    ["[1]", [1]],
    ['"text"', "text"],
    [' {"a":1}', { a: 1 }],
    ["12", undefined],
    ["null", undefined],
    ["true", undefined],
    ["plain", undefined],
    ['{"a":', undefined],
    ["", undefined],
  ])("parses only what looks like a structure: %s", (text, expected) => {
    expect(parseStructure(text)).toEqual(expected);
  });

  it.each([
    ['"{\\"a\\":1}"', { a: 1 }],
    [JSON.stringify(JSON.stringify(JSON.stringify({ a: 1 }))), { a: 1 }],
    ['"text"', "text"],
    ["not {json", "not {json"],
    ["42", "42"],
  ])("unwraps %s", (text, expected) => {
    expect(unwrapJson(text)).toEqual(expected);
  });

  it("unwraps three times and no more", () => {
    const four = [1, 2, 3, 4].reduce((text) => JSON.stringify(text), "{}");
    expect(unwrapJson(four)).toBe(JSON.stringify("{}"));
  });

  it("leaves what is nested too deeply as text", () => {
    expect(parseJson(nested(100))).toBeDefined();
    expect(parseJson(nested(102))).toBeUndefined();
    expect(parseJson(nested(200_000))).toBeUndefined();
    const deep: unknown = JSON.parse(nested(500));
    expect(limitDepth(deep)).toBe(nested(500));
  });

  it("says so when the text of a deep value cannot be made", () => {
    let deep: unknown = [];
    for (let i = 0; i < 200_000; i++) deep = [deep];
    expect(limitDepth(deep)).toBe("[nested too deeply]");
  });

  it("finds own members only", () => {
    expect(member({ a: 1 }, "a")).toBe(1);
    expect(member({}, "toString")).toBeUndefined();
    expect(member([1], "length")).toBeUndefined();
    expect(member("text", "length")).toBeUndefined();
    expect(textMember({ a: "", b: 1, c: "x" }, "a", "b", "c")).toBe("x");
  });
});
