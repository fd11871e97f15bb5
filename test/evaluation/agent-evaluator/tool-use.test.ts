import { describe, expect, it } from "vitest";
import { toolUse } from "../../../src/evaluation/agent-evaluator/tool-use.ts";

const call = (name: string, error?: string) => ({ name, arguments: {}, error });
const times = <Value>(count: number, value: Value): readonly Value[] => Array.from({ length: count }, () => value);

describe("VD-3 tool use", () => {
  it.each([
    { name: "all that were expected", calls: [call("search"), call("calc")], expected: ["search", "calc"], score: 1 },
    { name: "in another order", calls: [call("calc"), call("search")], expected: ["search", "calc"], score: 1 },
    { name: "any where none is expected", calls: [call("any")], expected: [], score: 1 },
    { name: "a failed one where none is expected", calls: [call("any", "no")], expected: [], score: 1 },
    { name: "one that failed", calls: [call("search", "no"), call("calc")], expected: ["search", "calc"], score: 0.9 },
    { name: "an empty error", calls: [call("search", "")], expected: ["search"], score: 1 },
    { name: "one too many", calls: [call("a"), call("b")], expected: ["a"], score: 0.6667 },
    { name: "one too few", calls: [call("a")], expected: ["a", "b"], score: 0.6667 },
    { name: "seven failures", calls: times(7, call("a", "no")), expected: ["a"], score: 0.5 },
    {
      name: "six failures of another",
      calls: [...times(6, call("x", "no")), call("a")],
      expected: ["a"],
      score: 0.1667,
    },
    { name: "one that is expected twice", calls: [call("a")], expected: ["a", "a"], score: 1 },
    { name: "another one", calls: [call("b")], expected: ["a"], score: 0 },
    { name: "another one that failed", calls: [call("b", "no")], expected: ["a"], score: 0 },
    { name: "none", calls: [], expected: ["a"], score: 0 },
    { name: "a name of an object's own", calls: [call("__proto__")], expected: ["constructor"], score: 0 },
  ])("$name: $score", ({ calls, expected, score }) => {
    expect(toolUse(calls, expected)).toBe(score);
  });
});
