import { describe, expect, it } from "vitest";
import { documentsOf, documentsOfRetrieval } from "../../../src/evaluation/item-metrics/documents-of.ts";
import type { JsonValue } from "../../../src/model/session.ts";

const parse = (json: string) => JSON.parse(json) as JsonValue;

describe("the documents of a result", () => {
  it.each([
    ["a text", ["a text"]],
    [
      ["one", "two"],
      ["one", "two"],
    ],
    [{ documents: [{ content: "one" }, { page_content: "two" }] }, ["one", "two"]],
    [{ query: "q", results: ["one"] }, ["one"]],
    [[{ document: { text: "one" }, score: 0.9 }], ["one"]],
    [{ order: 7, state: "sent" }, ['{"order":7,"state":"sent"}']],
    [{ content: "one", status: "ok" }, ['{"content":"one","status":"ok"}']],
    [[{ id: 1 }, { text: "two" }], ['[{"id":1},{"text":"two"}]']],
    [7, ["7"]],
    [false, ["false"]],
    [null, []],
    ["  ", []],
    [[], []],
    [["", "two"], ["two"]],
    [{ documents: [] }, ['{"documents":[]}']],
  ])("%j is %j", (value, documents) => {
    expect(documentsOf(value)).toEqual(documents);
  });

  it("are one text of a retrieval that is an object with a text", () => {
    expect(documentsOfRetrieval({ content: "one", score: 0.9 })).toEqual(["one"]);
    expect(documentsOfRetrieval({ query: "q", documents: ["one", "two"] })).toEqual(["one", "two"]);
    expect(documentsOfRetrieval("one")).toEqual(["one"]);
    expect(documentsOfRetrieval({ id: 7 })).toEqual(['{"id":7}']);
  });

  it("are told of values that are nested without end, and `__proto__` is a key like others", () => {
    const deep = parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    expect(documentsOf({ deep })).toEqual(["(nested too deeply to be shown)"]);
    expect(documentsOf(parse('{"__proto__": {"text": "x"}}'))).toEqual(['{"__proto__":{"text":"x"}}']);
  });
});
