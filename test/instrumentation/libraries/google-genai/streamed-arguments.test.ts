import { expect, it } from "vitest";
import { createGenerateStreamReader } from "../../../../instrumentation/src/libraries/google-genai/generate-stream.ts";
import { argumentsOf } from "../../../../instrumentation/src/libraries/google-genai/streamed-arguments.ts";

it("puts a call together whose arguments come in pieces, and begins the next", () => {
  const reader = createGenerateStreamReader();
  for (const functionCall of [
    { name: "add_stop", id: "1", willContinue: true },
    { partialArgs: [{ jsonPath: "$.city", stringValue: "Fa", willContinue: true }], willContinue: true },
    { partialArgs: [{ jsonPath: "$.city", stringValue: "ro" }], willContinue: true },
    { partialArgs: [{ jsonPath: "$.nights", numberValue: 2 }], willContinue: true },
    {},
    { name: "book", args: { now: true } },
  ]) {
    reader.add({ candidates: [{ content: { parts: [{ functionCall }] } }] });
  }
  expect(reader.answer().output).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "tool_call", id: "1", name: "add_stop", arguments: { city: "Faro", nights: 2 } },
        { type: "tool_call", name: "book", arguments: { now: true } },
      ],
    },
  ]);
});

const at = (jsonPath: string, value: object): object => ({ jsonPath, ...value });

it.each([
  { name: "nothing", pieces: [], made: {} },
  {
    name: "lists and objects",
    pieces: [
      at("$.stops[0].city", { stringValue: "Faro" }),
      at("$.stops[1]['the city']", { stringValue: "Lagos" }),
      at("$.isReturn", { boolValue: false }),
      at("$.note", { nullValue: "NULL_VALUE" }),
    ],
    made: { stops: [{ city: "Faro" }, { "the city": "Lagos" }], isReturn: false, note: null },
  },
  {
    name: "an index out of all bounds",
    pieces: [at("$.a[4000000000]", { numberValue: 1 }), at("$.a[7]", { numberValue: 2 })],
    made: { a: [1, 2] },
  },
  {
    name: "a path through what is no object",
    pieces: [at("$.a", { stringValue: "x" }), at("$.a.b", { numberValue: 1 })],
    made: { a: "x" },
  },
  { name: "paths that are none", pieces: [at("", { numberValue: 1 }), at("$", { numberValue: 1 }), 42], made: {} },
])("makes $name of $pieces", ({ pieces, made }) => {
  expect(argumentsOf(pieces)).toEqual(made);
});

it("follows no path to the prototype of all objects, and none for ever", () => {
  argumentsOf([
    at("$.__proto__.polluted", { boolValue: true }),
    at("$.constructor.prototype.polluted", { boolValue: true }),
  ]);
  expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  const deep = argumentsOf([at(`$${".a".repeat(100_000)}`, { numberValue: 1 })]);
  expect(JSON.stringify(deep).length).toBeLessThan(1000);
});
