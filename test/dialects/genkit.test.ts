/** Written from the documented shape of Genkit's spans: there is no capture of it. */
import { describe, expect, test } from "vitest";
import type { Span } from "../../src/model/span.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { spanWith } from "../support/records.ts";

let time = 1_700_000_000_000_000_000n;

function action(id: number, parent: number | undefined, name: string, attributes: Record<string, unknown>): Span {
  time += 1_000_000_000n;
  const entries = Object.entries({ "genkit:name": name, ...attributes }).map(
    ([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)] as const,
  );
  return spanWith({
    name,
    spanId: id.toString(16).padStart(16, "0"),
    ...(parent === undefined ? {} : { parentSpanId: parent.toString(16).padStart(16, "0") }),
    startTimeUnixNano: time,
    endTimeUnixNano: time + 500_000_000n,
    attributes: new Map(entries),
  });
}

const system = { role: "system", content: [{ text: "You are Mira." }] };
const asked = { role: "user", content: [{ text: "Where is A-1?" }] };
const called = {
  role: "model",
  content: [{ toolRequest: { ref: "call_1", name: "get_order", input: { order_id: "A-1" } } }],
};
const answered = {
  role: "tool",
  content: [{ toolResponse: { ref: "call_1", name: "get_order", output: { status: "shipped" } } }],
};
const model = { "genkit:metadata:subtype": "model" };
const tools = [{ name: "get_order", description: "Looks up an order.", inputSchema: { type: "object" } }];

const spans = [
  action(1, undefined, "supportFlow", {
    "genkit:metadata:subtype": "flow",
    "genkit:input": { sessionId: "conv-genkit", question: "Where is A-1?" },
    "genkit:output": '"It has shipped."',
  }),
  action(2, 1, "generate", { "genkit:type": "util" }),
  action(3, 2, "googleai/gemini-2.5-flash", {
    ...model,
    "genkit:input": { messages: [system, asked], tools },
    "genkit:output": {
      message: called,
      finishReason: "stop",
      usage: { inputTokens: 100, outputTokens: 10, cachedContentTokens: 40, thoughtsTokens: 3 },
    },
  }),
  action(4, 2, "get_order", {
    "genkit:metadata:subtype": "tool",
    "genkit:input": { order_id: "A-1" },
    "genkit:output": { status: "shipped" },
  }),
  action(5, 2, "googleai/gemini-2.5-flash", {
    ...model,
    "genkit:input": { messages: [system, asked, called, answered] },
    "genkit:output": { candidates: [{ message: { role: "model", content: [{ text: "It has shipped." }] } }] },
  }),
];

describe("a Genkit flow", () => {
  const [session, ...others] = buildSessions({ spans, logRecords: [] });

  test("is one turn of the conversation that its input names", () => {
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      conversationId: "conv-genkit",
      dialects: ["genkit"],
      systemPrompt: "You are Mira.",
    });
    expect(session?.turns.map(({ userContent, assistantContent }) => [userContent, assistantContent])).toEqual([
      ["Where is A-1?", "It has shipped."],
    ]);
    expect(session?.tools.map(({ name }) => name)).toEqual(["get_order"]);
  });

  test("has its model calls and its tool once each", () => {
    const steps = session?.turns[0]?.steps ?? [];
    expect(steps.map(({ type }) => type)).toEqual(["model_call", "tool_call", "model_call"]);
    expect(steps[0]).toMatchObject({
      provider: "googleai",
      model: "gemini-2.5-flash",
      finishReason: "stop",
      usage: { inputTokens: 100, outputTokens: 10, cachedInputTokens: 40, reasoningTokens: 3 },
    });
    expect(steps[1]).toMatchObject({
      id: "call_1",
      name: "get_order",
      arguments: { order_id: "A-1" },
      result: { status: "shipped" },
    });
  });
});
