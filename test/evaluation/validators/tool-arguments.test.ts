import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitsJson } from "../../../src/evaluation/validators/fits-json.ts";
import type { JsonValue } from "../../../src/model/session.ts";
import { calling, codeOf, expectedCall, made, turnOf, validate, type Made } from "./trajectories.ts";

const withArguments = async (calls: readonly object[], called: readonly Made[], match = "each_expected") =>
  validate({ type: "tool_arguments", calls, match }, calling(...called));

const rome: Made = ["search", { city: "Rome", page: 1 }];
const paris: Made = ["search", { city: "Paris", page: 1 }];

describe("tool_arguments", () => {
  it.each<[string, object, Made, boolean]>([
    ["partial: the value", { arguments: { city: "Rome" } }, rome, true],
    ["partial: another value", { arguments: { city: "Rome" } }, paris, false],
    ["partial: a missing argument", { arguments: { town: "Rome" } }, rome, false],
    ["partial: null is not missing", { arguments: { town: null } }, rome, false],
    ["exact: one too many", { arguments: { city: "Rome" }, mode: "exact" }, rome, false],
    ["exact: all of them, in another order", { arguments: { page: 1, city: "Rome" }, mode: "exact" }, rome, true],
    ["exact: none expected, none given", { arguments: {}, mode: "exact" }, ["search", {}], true],
    ["exact: none expected, an empty text given", { arguments: {}, mode: "exact" }, ["search", ""], true],
    ["exact: none expected, some given", { arguments: {}, mode: "exact" }, rome, false],
    ["exact: none expected, a text given", { arguments: {}, mode: "exact" }, ["search", "Rome"], false],
    ["whatever arguments", {}, ["search", "Rome"], true],
    ["arguments that are no object", { arguments: { city: "Rome" } }, ["search", "Rome"], false],
    ["another tool", { arguments: { city: "Rome" } }, ["book", { city: "Rome" }], false],
    ["a family of tools", { tool: "sea*", arguments: { city: "Rome" } }, rome, true],
    ["an inherited member", { matchers: { toString: { present: true } } }, rome, false],
    ["a member of that name", { arguments: { constructor: 1 } }, ["search", { constructor: 1 }], true],
  ])("%s", async (_, expected, call, passed) => {
    expect((await withArguments([{ tool: "search", ...expected }], [call])).passed).toBe(passed);
  });

  it.each<[string, object, JsonValue, boolean]>([
    ["present", { present: true }, null, true],
    ["one of several values", { one_of: ["a", { b: 1 }] }, { b: 1 }, true],
    ["none of several values", { one_of: ["a", { b: 1 }] }, { b: 1, c: 2 }, false],
    ["a text with the words", { contains: "Main" }, "1 Main Street", true],
    ["a text without them", { contains: "main" }, "1 Main Street", false],
    ["a text of the pattern", { pattern: "^\\d{4}-\\d{2}$" }, "2026-05", true],
    ["a text of another one", { pattern: "^\\d{4}-\\d{2}$" }, "May 2026", false],
    ["a number where a text is expected", { pattern: "1" }, 1, false],
    ["a number in the range", { min: 1, max: 3 }, 3, true],
    ["a number above it", { min: 1, max: 3 }, 3.1, false],
    ["a number below it", { min: 1, max: 3 }, 0, false],
    ["a text where a number is expected", { min: 1 }, "2", false],
    ["all conditions", { contains: "a", pattern: "b" }, "ab", true],
    ["not all conditions", { contains: "a", pattern: "c" }, "ab", false],
  ])("takes as matcher %s", async (_, matcher, given, passed) => {
    const expected = { tool: "search", matchers: { value: matcher }, mode: "exact" };
    expect((await withArguments([expected], [["search", { value: given }]])).passed).toBe(passed);
  });

  it("takes as matcher that an argument is absent", async () => {
    const calls = [{ tool: "search", matchers: { page: { present: false } } }];
    expect((await withArguments(calls, [["search", {}]])).passed).toBe(true);
    expect((await withArguments(calls, [rome])).passed).toBe(false);
  });

  it("takes as matcher a function, beside values", async () => {
    const isRoman = (given: unknown) => given === "Rome" || given === "Roma";
    const calls = [{ tool: "search", arguments: { page: 1 }, matchers: { city: isRoman }, mode: "exact" }];
    expect((await withArguments(calls, [rome])).passed).toBe(true);
    expect((await withArguments(calls, [paris])).passed).toBe(false);
  });

  it("needs a call of its own for each that is expected", async () => {
    const twice = [{ tool: "search" }, { tool: "search" }];
    expect((await withArguments(twice, [rome])).passed).toBe(false);
    expect((await withArguments(twice, [rome, paris])).passed).toBe(true);
  });

  it("pairs so that all find one, where the first that fits would leave none for another", async () => {
    const calls = [{ tool: "search" }, { tool: "search", arguments: { city: "Rome" } }];
    expect((await withArguments(calls, [rome, paris])).passed).toBe(true);
    expect((await withArguments(calls.toReversed(), [paris, rome])).passed).toBe(true);
  });

  it("tells which arguments are wrong, of the call that comes nearest", async () => {
    const calls = [
      { tool: "search", arguments: { city: "Rome", page: 2 } },
      { tool: "book", arguments: { hotel: 7 } },
    ];
    const { explanation } = await withArguments(calls, [paris, rome]);
    expect(explanation).toBe(
      "0 of 2 expected calls were made as expected; call 2 (search) has wrong: page; no call is left for book.",
    );
  });

  it("counts as many calls as possible as expected, before it looks for those that come near", async () => {
    const calls = [
      { tool: "search", arguments: { a: 1, b: 1, c: 1 } },
      { tool: "search", arguments: { a: 1, d: 1, e: 1 } },
    ];
    const called: readonly Made[] = [
      ["search", { a: 1, b: 1, c: 1, d: 1 }],
      ["search", { b: 1, c: 1 }],
    ];
    expect((await withArguments(calls, called)).explanation).toBe(
      "1 of 2 expected calls were made as expected; call 2 (search) has wrong: a, d, e.",
    );
  });

  it("in each_made wants every call of a tool that is named as one of those expected of it", async () => {
    const calls = [
      { tool: "refund", matchers: { amount: { max: 100 } } },
      { tool: "refund", arguments: { approved: true } },
    ];
    const refunds = (...given: readonly JsonValue[]) => given.map((one): Made => ["refund", one]);
    const holds = async (...called: readonly Made[]) => (await withArguments(calls, called, "each_made")).passed;
    expect(await holds(...refunds({ amount: 50 }, { amount: 100 }))).toBe(true);
    expect(await holds(...refunds({ amount: 50 }, { amount: 101 }))).toBe(false);
    expect(await holds(...refunds({ amount: 500, approved: true }), rome)).toBe(true);
    expect(await holds(rome)).toBe(true);
    const { explanation } = await withArguments(calls, refunds({ amount: 1 }, { amount: 900 }), "each_made");
    expect(explanation).toBe("1 of 2 calls of these tools are as expected; call 2 (refund) has wrong: amount.");
  });

  it("cannot be told when the arguments were not recorded, unless another call is as expected", async () => {
    const calls = [{ tool: "search", arguments: { city: "Rome" } }];
    const lost = turnOf(1, [["search"]], ["content_missing"]);
    const codes = ["each_expected", "each_made"].map(async (match) =>
      codeOf(validate({ type: "tool_arguments", calls, match }, { turns: [lost] })),
    );
    expect(await Promise.all(codes)).toEqual(["050008", "050008"]);
    const kept = { turns: [lost, turnOf(2, [rome])] };
    expect((await validate({ type: "tool_arguments", calls }, kept)).passed).toBe(true);
    const flagged = { turns: [turnOf(1, [paris], ["content_missing"])] };
    expect((await validate({ type: "tool_arguments", calls }, flagged)).passed).toBe(false);
  });

  it("holds exactly when tool_order does in the mode superset", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(expectedCall, { minLength: 1, maxLength: 4 }), made, async (calls, called) => {
        const trajectory = calling(...called);
        const byOrder = await validate({ type: "tool_order", mode: "superset", calls }, trajectory);
        expect((await validate({ type: "tool_arguments", calls }, trajectory)).passed).toBe(byOrder.passed);
      }),
      { numRuns: 300 },
    );
  });
});

describe("JSON that fits", () => {
  it.each<[JsonValue, JsonValue, boolean, boolean]>([
    [1, 1, true, true],
    ["1", 1, false, false],
    [true, 1, false, false],
    [null, false, false, false],
    [[1, 2], [1, 2], true, true],
    [[1, 2], [2, 1], false, false],
    [[1, 2], [1], false, false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true, true],
    [{ a: 1, b: 2 }, { a: 1 }, true, false],
    [{ a: { b: 1, c: 2 } }, { a: { b: 1 } }, true, false],
    [[{ a: 1, b: 2 }], [{ a: 1 }], true, false],
    [{ a: 1 }, { a: 1, b: 2 }, false, false],
    [{ a: 1 }, [1], false, false],
    [["a"], { 0: "a" }, false, false],
    [{ b: 1 }, { a: null }, false, false],
  ])("%j as %j: partly %s, exactly %s", (given, expected, partly, exactly) => {
    expect(fitsJson(given, expected, "partial")).toBe(partly);
    expect(fitsJson(given, expected, "exact")).toBe(exactly);
  });

  it("is exactly any value itself, and partly whenever exactly", () => {
    const value = fc.jsonValue() as fc.Arbitrary<JsonValue>;
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(fitsJson(JSON.parse(JSON.stringify(one)), one, "exact")).toBe(true);
        expect(!fitsJson(one, other, "exact") || fitsJson(one, other, "partial")).toBe(true);
      }),
    );
  });

  it("goes no deeper than what is expected", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect(fitsJson(deep, [[1]], "exact")).toBe(false);
  });
});
