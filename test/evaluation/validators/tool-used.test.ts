import { describe, expect, it } from "vitest";
import { matchesName } from "../../../src/evaluation/validators/tool-name.ts";
import { calling, codeOf, turnOf, validate, type Expectation, type Made } from "./trajectories.ts";

const a: Made = ["a"];
const b: Made = ["b"];

describe("tool_used", () => {
  it.each<[string, Omit<Expectation, "type">, readonly Made[], boolean]>([
    ["the tool is called", { tools: ["a"] }, [a], true],
    ["it is not", { tools: ["a"] }, [b], false],
    ["nothing is", { tools: ["a"] }, [], false],
    ["all of them are", { tools: ["a", "b"] }, [b, a], true],
    ["one of all is missing", { tools: ["a", "b"] }, [a], false],
    ["any of them is", { tools: ["a", "b"], match: "any" }, [b], true],
    ["none of any is", { tools: ["a", "b"], match: "any" }, [["c"]], false],
    ["none of them is to be, and none is", { tools: ["a", "b"], match: "any", invert: true }, [["c"]], true],
    ["none of them is to be, and one is", { tools: ["a", "b"], match: "any", invert: true }, [b], false],
    ["often enough", { tools: ["a"], min: 2 }, [a, b, a], true],
    ["too seldom", { tools: ["a"], min: 2 }, [a, b], false],
    ["too often", { tools: ["a"], max: 1 }, [a, a], false],
    ["at most once, and never", { tools: ["a"], min: 0, max: 1 }, [b], true],
    ["a family of tools", { tools: ["mcp__*"] }, [["mcp__files__read"]], true],
    ["another family", { tools: ["mcp__*"] }, [["files__read"]], false],
    ["capitals count", { tools: ["a"] }, [["A"]], false],
  ])("%s", async (_, expectation, calls, passed) => {
    expect((await validate({ type: "tool_used", ...expectation }, calling(...calls))).passed).toBe(passed);
  });

  it("looks at one turn only where a turn is named", async () => {
    const trajectory = { turns: [turnOf(1, [a]), turnOf(2, [b])] };
    expect((await validate({ type: "tool_used", tools: ["a"], turn: 1 }, trajectory)).passed).toBe(true);
    expect((await validate({ type: "tool_used", tools: ["a"], turn: 2 }, trajectory)).passed).toBe(false);
  });

  it("neither passes nor fails where there is no such turn, inverted or not", async () => {
    for (const invert of [false, true]) {
      expect(await codeOf(validate({ type: "tool_used", tools: ["a"], turn: 2, invert }, calling(a)))).toBe("050008");
    }
  });

  it("counts failed calls, and not those of a sub-agent", async () => {
    const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };
    const inner = { type: "tool_call", name: "inner", arguments: {} } as const;
    const trajectory = {
      turns: [
        {
          turn: 1,
          userContent: "Go",
          steps: [{ ...inner, name: "outer", error: "failed", subAgent: { steps: [inner], usage } }],
        },
      ],
    };
    expect((await validate({ type: "tool_used", tools: ["outer"] }, trajectory)).passed).toBe(true);
    expect((await validate({ type: "tool_used", tools: ["inner"] }, trajectory)).passed).toBe(false);
  });

  it("says what was called, on one line and cut short", async () => {
    const calls = Array.from({ length: 30 }, (): Made => [`x\n${"y".repeat(200)}`]);
    const { explanation } = await validate({ type: "tool_used", tools: ["a"] }, calling(...calls));
    expect(explanation).toContain("and 10 more");
    expect(explanation).not.toContain("\n");
    expect(explanation.length).toBeLessThan(2_500);
  });
});

describe("the name of a tool", () => {
  it.each<[string, string, boolean]>([
    ["search", "search", true],
    ["search", "searches", false],
    ["*", "", true],
    ["*", "anything", true],
    ["a*", "abc", true],
    ["*c", "abc", true],
    ["a*c", "abc", true],
    ["a*c", "ac", true],
    ["a*c", "acb", false],
    ["ab*ba", "aba", false],
    ["*b*", "abc", true],
    ["*b*c*", "acb", false],
    ["a.c", "abc", false],
    ["[a-z]*", "abc", false],
  ])("%s stands for %j: %s", (pattern, name, matches) => {
    expect(matchesName(pattern, name)).toBe(matches);
  });

  it("takes no time over a name that is made to be hard", () => {
    const started = performance.now();
    expect(matchesName(`${"*ab".repeat(60)}*`, "a".repeat(1_000_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
