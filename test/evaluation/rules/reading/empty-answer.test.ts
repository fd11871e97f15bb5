import { describe, expect, it } from "vitest";
import { isEmptyAnswer } from "../../../../src/evaluation/rules/reading/empty-answer.ts";
import type { JsonValue } from "../../../../src/model/session.ts";

describe("an answer that holds nothing", () => {
  it.each<[JsonValue]>([
    [[]],
    [{}],
    ["[]"],
    ["None"],
    ["No results found."],
    ["no records"],
    ["exitcode: 0 (execution succeeded)\nCode output: "],
    [{ results: [] }],
    [{ output: "none" }],
  ])("is %j", (result) => {
    expect(isEmptyAnswer(result)).toBe(true);
  });

  it.each<[JsonValue | undefined]>([
    [undefined],
    [null],
    [""],
    ["ok"],
    [0],
    [false],
    [[0]],
    [{ results: [], total: 4 }],
    ["exitcode: 0 (execution succeeded)\nCode output: 42"],
    ["No. The results were found wanting."],
    [`none${" ".repeat(300)}`],
  ])("is not %j", (result) => {
    expect(isEmptyAnswer(result)).toBe(false);
  });
});
