import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCutParts, readCutString } from "../../src/dialects/cut-json.ts";
import { parseMessage } from "../../src/dialects/parse-message.ts";

describe("a JSON string that was cut off", () => {
  it("gives the beginning of its text, wherever it was cut", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, at) => {
        const json = JSON.stringify(text);
        const read = readCutString(json.slice(0, 1 + (at % (json.length - 1))));
        expect(read !== undefined && text.startsWith(read)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it.each(["", "hello", '"hello"', '"hello" he said', '"two\nlines', '{"a":"b', "'hello"])(
    "is not every text: %s",
    (text) => {
      expect(readCutString(text)).toBeUndefined();
    },
  );
});

describe("a list of parts that was cut off", () => {
  const call = { type: "tool_call", id: "c1", name: "look", arguments: { id: "A-1001" } };
  const text = { type: "text", content: 'Hi "you", \\ and {you}' };

  it.each<[string, unknown[], string, unknown]>([
    ["a text", [text], "Hi", [{ type: "text", text: "Hi" }]],
    ["a text behind a part", [call, text], "Hi", [call, { type: "text", text: "Hi" }]],
    ["a call", [text, call], "A-10", [text]],
    ["the id of a call", [call], '"c', []],
    ["a text without a type", [{ text: "Hello there" }], "Hello", [{ type: "text", text: "Hello" }]],
    ["a call without a type", [{ toolUse: { name: "look" } }], '"lo', []],
    ["between two parts", [text, call], "},", [text]],
  ])("within %s", (_where, parts, last, expected) => {
    const json = JSON.stringify(parts);
    expect(readCutParts(json.slice(0, json.lastIndexOf(last) + last.length))).toEqual(expected);
  });

  it.each(['[{"type":"text","text":"hi"}]', "[Sun 20:58] hi", "[{curly", '[{"order":"A-10', '{"type":"text"', ""])(
    "is not every text with a bracket: %s",
    (given) => {
      expect(readCutParts(given)).toBeUndefined();
    },
  );

  it.each(["user", "assistant", "system"])("says in a message of role %s what it said until then", (role) => {
    expect(parseMessage({ role, content: '[{"type":"text","text":"Where is' })?.text).toBe("Where is");
  });

  it.each(["assistant", "system"])("never gives half a call: %s", (role) => {
    expect(parseMessage({ role, content: '[{"type":"tool_use","id":"toolu_1","name":"lo' })).toMatchObject({
      text: "",
      calls: [],
    });
  });

  it("stays as it is in a tool's answer, which may be a list of anything", () => {
    const content = '[{"type":"text","text":"Where is';
    expect(parseMessage({ role: "tool", content })?.results).toEqual([{ content }]);
  });
});
