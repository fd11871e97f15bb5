import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { calling, codeOf, expectedCall, made, turnOf, validate, type Made } from "./trajectories.ts";

const modes = ["exact", "in_order", "any_order", "subset", "superset"] as const;
type Mode = (typeof modes)[number];

const toCalls = (names: string) => Array.from(names, (tool) => ({ tool }));
const toMade = (names: string) => calling(...Array.from(names, (name): Made => [name]));

const holdsIn = async (mode: Mode, calls: readonly object[], trajectory: ReturnType<typeof calling>) =>
  (await validate({ type: "tool_order", calls, mode }, trajectory)).passed;

describe("tool_order", () => {
  it.each<[string, string, readonly Mode[]]>([
    ["ab", "ab", ["exact", "in_order", "any_order", "subset", "superset"]],
    ["ab", "ba", ["any_order", "subset", "superset"]],
    ["ab", "axb", ["in_order", "superset"]],
    ["ab", "bxa", ["superset"]],
    ["ab", "a", ["subset"]],
    ["ab", "", ["subset"]],
    ["ab", "x", []],
    ["ab", "aa", []],
    ["aa", "a", ["subset"]],
    ["a", "aa", ["in_order", "superset"]],
    ["aba", "aab", ["any_order", "subset", "superset"]],
    ["aba", "abxa", ["in_order", "superset"]],
  ])("of %s expected and %s called holds in the modes %s", async (expected, called, holding) => {
    const results = await Promise.all(modes.map(async (mode) => holdsIn(mode, toCalls(expected), toMade(called))));
    expect(modes.filter((_, i) => results[i])).toEqual(holding);
  });

  it("of nothing expected holds when nothing is called", async () => {
    for (const mode of ["exact", "any_order", "subset"] as const) {
      expect(await holdsIn(mode, [], calling())).toBe(true);
      expect(await holdsIn(mode, [], toMade("a"))).toBe(false);
    }
  });

  it("looks at arguments where they are expected", async () => {
    const calls = [{ tool: "search", arguments: { city: "Rome" } }];
    expect(await holdsIn("exact", calls, calling(["search", { city: "Rome", page: 1 }]))).toBe(true);
    expect(await holdsIn("exact", calls, calling(["search", { city: "Paris" }]))).toBe(false);
  });

  it("leaves a call to the expected one that no other suits", async () => {
    const calls = [{ tool: "search" }, { tool: "search", arguments: { city: "Rome" } }];
    const trajectory = calling(["search", { city: "Rome" }], ["search", { city: "Paris" }]);
    expect(await holdsIn("any_order", calls, trajectory)).toBe(true);
    expect(await holdsIn("superset", calls, trajectory)).toBe(true);
    expect(await holdsIn("in_order", calls, trajectory)).toBe(false);
  });

  it("goes over all turns, in their order", async () => {
    const trajectory = { turns: [turnOf(1, [["a"]]), turnOf(2, [["b"]])] };
    expect(await holdsIn("exact", toCalls("ab"), trajectory)).toBe(true);
    expect(
      (await validate({ type: "tool_order", calls: toCalls("b"), mode: "exact", turn: 2 }, trajectory)).passed,
    ).toBe(true);
  });

  it("cannot be told when arguments that might have fitted were not recorded", async () => {
    const trajectory = { turns: [turnOf(1, [["a"]], ["content_missing"])] };
    const calls = [{ tool: "a", arguments: { x: 1 } }];
    expect(await codeOf(validate({ type: "tool_order", calls }, trajectory))).toBe("050008");
    expect(await codeOf(validate({ type: "tool_order", calls, invert: true }, trajectory))).toBe("050008");
    expect(await holdsIn("in_order", [{ tool: "a" }], trajectory)).toBe(true);
    expect(await holdsIn("in_order", [{ tool: "b", arguments: { x: 1 } }], trajectory)).toBe(false);
  });
});

describe("the modes of tool_order", () => {
  it("follow from each other", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(expectedCall, { minLength: 1, maxLength: 4 }), made, async (calls, called) => {
        const trajectory = calling(...called);
        const [exact, inOrder, anyOrder, subset, superset] = await Promise.all(
          modes.map(async (mode) => holdsIn(mode, calls, trajectory)),
        );
        expect(!exact || (inOrder && anyOrder)).toBe(true);
        expect(!inOrder || superset).toBe(true);
        expect(anyOrder).toBe(subset && superset);
      }),
      { numRuns: 300 },
    );
  });

  it("all hold of the very calls that are expected", async () => {
    await fc.assert(
      fc.asyncProperty(
        made.filter((calls) => calls.length > 0),
        async (called) => {
          const calls = called.map(([tool, given]) => ({ tool, arguments: given, mode: "exact" }));
          for (const mode of modes) expect(await holdsIn(mode, calls, calling(...called))).toBe(true);
        },
      ),
    );
  });

  it("do without order, but for exact and in_order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(expectedCall, { minLength: 1, maxLength: 4 }), made, async (calls, called) => {
        for (const mode of ["any_order", "subset", "superset"] as const) {
          const backwards = calling(...called.toReversed());
          expect(await holdsIn(mode, calls, backwards)).toBe(await holdsIn(mode, calls, calling(...called)));
        }
      }),
    );
  });
});
