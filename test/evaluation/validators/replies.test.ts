import { describe, expect, it } from "vitest";
import { createValidator } from "../../../src/evaluation/validators/validators.ts";
import { says, user } from "../conversation.ts";
import { codeOf, conversation, replying, validate, type Expectation } from "./trajectories.ts";

const passes = async (expectation: Expectation, reply: string | undefined) =>
  (await validate(expectation, replying(reply))).passed;

describe("contains", () => {
  it.each<[Omit<Expectation, "type">, string, boolean]>([
    [{ texts: ["shipped"] }, "It has shipped.", true],
    [{ texts: ["Shipped"] }, "It has shipped.", false],
    [{ texts: ["Shipped"], case_sensitive: false }, "It has shipped.", true],
    [{ texts: ["shipped", "Monday"] }, "It has shipped.", false],
    [{ texts: ["shipped", "Monday"], match: "any" }, "It has shipped.", true],
    [{ texts: ["sorry", "unable"], match: "any", invert: true }, "It has shipped.", true],
    [{ texts: ["a.c"] }, "abc", false],
  ])("%j of %j: %s", async (expectation, reply, passed) => {
    expect(await passes({ type: "contains", ...expectation }, reply)).toBe(passed);
  });
});

describe("equals", () => {
  it.each<[unknown, string, boolean]>([
    ["4", "4", true],
    ["4", " 4", false],
    [4, "4", true],
    [4, " 4.0\n", true],
    ["4", '"4"', false],
    [{ a: [1, null] }, '{ "a": [1, null] }', true],
    [{ a: 1, b: 2 }, '{"b":2,"a":1}', true],
    [{ a: 1 }, '{"a":1,"b":2}', false],
    [{ a: 1 }, "a is 1", false],
    [null, "null", true],
    [null, "", false],
  ])("%j of %j: %s", async (value, reply, passed) => {
    expect(await passes({ type: "equals", value }, reply)).toBe(passed);
  });
});

describe("regex_match", () => {
  it.each<[Omit<Expectation, "type">, string, boolean]>([
    [{ pattern: "\\d+" }, "order 42", true],
    [{ pattern: "\\d+", mode: "full" }, "order 42", false],
    [{ pattern: "order \\d+", mode: "full" }, "order 42", true],
    [{ pattern: "order \\d+", mode: "full" }, "order 42\n", false],
    [{ pattern: "a|ab", mode: "full" }, "ab", true],
    [{ pattern: "ORDER" }, "order 42", false],
    [{ pattern: "(?i)ORDER" }, "order 42", true],
    [{ pattern: "\\d", invert: true }, "no number", true],
  ])("%j of %j: %s", async (expectation, reply, passed) => {
    expect(await passes({ type: "regex_match", ...expectation }, reply)).toBe(passed);
  });
});

describe("levenshtein", () => {
  it.each<[Omit<Expectation, "type">, string, boolean]>([
    [{ text: "sitting", min_similarity: 0.57 }, "kitten", true],
    [{ text: "sitting", min_similarity: 0.58 }, "kitten", false],
    [{ text: "12345" }, "1234x", true],
    [{ text: "12345" }, "123xx", false],
    [{ text: "same", min_similarity: 1 }, "same", true],
  ])("%j of %j: %s", async (expectation, reply, passed) => {
    expect(await passes({ type: "levenshtein", ...expectation }, reply)).toBe(passed);
  });

  it("cannot be told of texts that are too long", async () => {
    const text = "a".repeat(60_000);
    expect(await codeOf(validate({ type: "levenshtein", text }, replying(`${text}b`)))).toBe("050009");
  });
});

describe("json_schema", () => {
  const schema = {
    type: "object",
    properties: { id: { type: "integer" }, mail: { type: "string", format: "email" } },
    required: ["id"],
    additionalProperties: false,
  };

  it.each<[string, boolean]>([
    ['{"id": 1}', true],
    ['{"id": 1, "mail": "a@example.com"}', true],
    ['{"id": 1, "mail": "nobody"}', false],
    ['{"id": "1"}', false],
    ["{}", false],
    ['{"id": 1, "more": 2}', false],
    ["[1]", false],
    ['The id is {"id": 1}', false],
    ["", false],
  ])("%j: %s", async (reply, passed) => {
    expect(await passes({ type: "json_schema", schema }, reply)).toBe(passed);
    expect(await passes({ type: "json_schema", schema, invert: true }, reply)).toBe(!passed);
  });

  it("says what does not fit", async () => {
    const { explanation } = await validate({ type: "json_schema", schema }, replying('{"id": "1"}'));
    expect(explanation).toMatch(/id.*integer/);
  });

  it.each<[string, object, string]>([
    ["a schema whose reference leads nowhere", { $ref: "https://example.com/schema.json" }, "1"],
    ["a pattern that is none", { type: "string", pattern: "(" }, '"x"'],
    ["JSON that is too deep for it", { items: { $ref: "#" } }, `${"[".repeat(40_000)}${"]".repeat(40_000)}`],
    ["JSON that is too long for it", { uniqueItems: true }, `[${"1,".repeat(60_000)}1]`],
  ])("cannot be told with %s", async (_, schema, reply) => {
    for (const invert of [false, true]) {
      expect(await codeOf(validate({ type: "json_schema", schema, invert }, replying(reply)))).toBe("050009");
    }
  });
});

describe("a json_schema", () => {
  it.each<[string, object, RegExp]>([
    [
      "a reference",
      { properties: { a: { $ref: "https://example.com/a.json" } } },
      /example\.com\/a\.json leads nowhere/,
    ],
    ["a reference of its own", { items: { $ref: "#/$defs/none" } }, /#\/\$defs\/none leads nowhere/],
    ["a pattern", { properties: { a: { pattern: "(" } } }, /Invalid regular expression/],
    ["a pattern of keys", { patternProperties: { "[": {} } }, /Invalid regular expression/],
  ])("that has %s that is none is refused before any reply is looked at", (_, schema, message) => {
    expect(() => createValidator({ type: "json_schema", schema })).toThrow(message);
  });

  it("may refer to its own parts, by pointer, by anchor and by id", () => {
    const schema = {
      $id: "https://example.com/order",
      $defs: { id: { type: "integer" }, name: { $anchor: "name", type: "string" } },
      properties: { id: { $ref: "#/$defs/id" }, name: { $ref: "#name" }, next: { $ref: "https://example.com/order" } },
      additionalProperties: { enum: [{ $ref: "x" }] },
    };
    expect(() => createValidator({ type: "json_schema", schema })).not.toThrow();
  });
});

describe("a validator of replies", () => {
  const trajectory = conversation(user("Hi"), says("Hello"), user("Bye"), says("Farewell"));
  const farewell = { type: "contains", texts: ["Farewell"] };

  it("looks at the last turn's, or at that of the turn named", async () => {
    expect((await validate(farewell, trajectory)).passed).toBe(true);
    expect((await validate({ ...farewell, turn: 1 }, trajectory)).passed).toBe(false);
    expect((await validate({ ...farewell, turn: 2 }, trajectory)).passed).toBe(true);
  });

  it("fails where there is none, and passes inverted", async () => {
    expect(await validate(farewell, replying(undefined))).toEqual({
      passed: false,
      explanation: "Expected a reply that contains all of: Farewell. There is none.",
    });
    expect(await passes({ ...farewell, invert: true }, undefined)).toBe(true);
    expect(await passes({ type: "equals", value: "" }, undefined)).toBe(false);
  });

  it.each([
    ["it was not recorded", replying(undefined, ["content_missing"])],
    ["there are no turns", { turns: [] }],
  ])("cannot be told where %s", async (_, missing) => {
    for (const invert of [false, true]) {
      expect(await codeOf(validate({ ...farewell, invert }, missing))).toBe("050008");
    }
  });

  it("tells what was expected and what came, on one line and cut short", async () => {
    const reply = `x\u2028\n${"y".repeat(10_000)}`;
    const { explanation } = await validate(farewell, replying(reply));
    expect(explanation).toMatch(/^Expected a reply that contains all of: Farewell\. It is: x y+…$/);
    expect(explanation.length).toBeLessThan(400);
  });
});
