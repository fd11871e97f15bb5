import { describe, expect, it } from "vitest";
import type { Message } from "../../src/dialects/message.ts";
import { plainMessage } from "../../src/dialects/parse-message.ts";
import { spokenAnswer, withSpokenCalls } from "../../src/dialects/react-messages.ts";
import { createReadMemory } from "../../src/dialects/read-memory.ts";
import { spanWith } from "../support/records.ts";

function open(messages: readonly Message[]) {
  const read = withSpokenCalls(() => ({ messages, truncated: false }));
  return read(spanWith({}), { logRecords: [], memory: createReadMemory() })?.messages;
}

const asked = plainMessage("user", "Where is A-1?");
const thinks = (input: string) =>
  plainMessage("assistant", `Thought: I look it up.\nAction: get_order\nAction Input: ${input}`);
const observed = (text: string) => plainMessage("user", `Observation: ${text}`);

describe("a model that thinks aloud", () => {
  it.each<[string, unknown]>([
    ['{"order_id": "A-1"}', { order_id: "A-1" }],
    ["{'order_id': 'A-1'}", { order_id: "A-1" }],
    ['{\n  "order_id": "A-1"\n}\n', { order_id: "A-1" }],
    ["A-1", "A-1"],
  ])("asks for a tool with %j, and is answered", (input, args) => {
    expect(open([asked, thinks(input), observed('{"status":"shipped"}')])).toEqual([
      asked,
      { ...thinks(input), calls: [{ name: "get_order", arguments: args }] },
      { role: "tool", text: "", calls: [], results: [{ content: { status: "shipped" } }] },
    ]);
  });

  it("is told of errors", () => {
    expect(open([asked, thinks("{}"), observed("Error: no such order")])?.at(-1)?.results).toEqual([
      { error: "Error: no such order" },
    ]);
  });

  it("asks again, and each is a call of its own", () => {
    const messages = open([asked, thinks('{"a":1}'), observed("x"), thinks('{"a":2}'), observed("y")]);
    expect(messages?.flatMap(({ calls }) => calls.map((call) => call.arguments))).toEqual([{ a: 1 }, { a: 2 }]);
    expect(messages?.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "assistant", "tool"]);
  });
});

describe("what only looks like it stays as it is", () => {
  it.each<[string, readonly Message[]]>([
    ["a user who begins so", [observed("it rains")]],
    ["a user who begins so after an answer", [asked, plainMessage("assistant", "It has shipped."), observed("no")]],
    ["an action without an input", [asked, plainMessage("assistant", "Action: none"), observed("x")]],
    ["an input before its action", [asked, plainMessage("assistant", "Action Input: {}\nAction: x"), observed("y")]],
    ["an action that nothing followed", [asked, thinks("{}")]],
    ["a user who writes it himself", [plainMessage("user", thinks("{}").text), observed("x")]],
  ])("%s", (_what, messages) => {
    expect(open(messages)).toEqual(messages);
  });
});

describe("what the user gets of its last words", () => {
  it.each([
    ["Thought: I know.\nAnswer: It has shipped.\nTomorrow it arrives.", "It has shipped.\nTomorrow it arrives."],
    ["Thought: I now know the final answer\nFinal Answer: It has shipped.", "It has shipped."],
    ["Thought: I look it up.\nAction: get_order", "Thought: I look it up.\nAction: get_order"],
    ["The question has an answer.\nAnswer: yes", "The question has an answer.\nAnswer: yes"],
  ])("%j: %j", (text, answer) => {
    expect(spokenAnswer(text)).toBe(answer);
  });
});
