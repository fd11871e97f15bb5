import { describe, expect, test } from "vitest";
import { shortItem } from "../../src/model/short-item.ts";
import { evaluationItem } from "../support/stored-runs.ts";

describe("an item that is shown in a page", () => {
  const texts = {
    input: "i".repeat(60),
    output: "o".repeat(10),
    context: ["c".repeat(30), "d".repeat(30), "e"],
    expected: ["x".repeat(51)],
    origin: { sessionId: "s", turn: 1 },
  };
  const item = evaluationItem("k", { ...texts, history: [{ user: "before" }], toolCalls: [] });

  test("is itself as long as it fits", () => {
    const { item: shown, isShortened } = shortItem(item, 1000);
    expect(shown).toBe(item);
    expect(isShortened).toBe(false);
  });

  test("is else the beginnings of its texts, of a context's all together, without history and tool calls", () => {
    const shown = {
      ...texts,
      input: `${"i".repeat(50)}…`,
      context: ["c".repeat(30), `${"d".repeat(20)}…`],
      expected: [`${"x".repeat(50)}…`],
    };
    expect(shortItem(item, 50)).toEqual({ isShortened: true, item: evaluationItem("k", shown) });
  });

  test.each([
    { output: "o".repeat(200) },
    { context: ["c".repeat(100), "d".repeat(100)] },
    { history: [{ user: "h".repeat(200) }] },
    { toolCalls: [{ name: "t", arguments: "a".repeat(200) }] },
    { expected: ["e".repeat(200)] },
  ])("is shortened for whatever is long in it: %j", (fields) => {
    expect(shortItem(evaluationItem("k", fields), 150).isShortened).toBe(true);
    expect(shortItem(evaluationItem("k", fields), 500).isShortened).toBe(false);
  });

  test("has no metadata that alone are too long", () => {
    const heavy = evaluationItem("k", { metadata: { a: "m".repeat(200) } });
    expect(shortItem(heavy, 150)).toEqual({ isShortened: true, item: evaluationItem("k") });
  });
});
