import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/dialects/message.ts";
import type { AgentOperation, ModelOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

/** Text that looks like the end of things, and like another beginning. */
const texts = ['Where is "A-1"? [x] {y} \\', "Grüße 👋 ]}", 'then: {"role":"user"}'];
const args = { order_id: "A-1", note: 'a "quoted" ]} note' };

const chat = [
  { role: "system", content: "be kind" },
  { role: "user", content: texts[0] },
  {
    role: "assistant",
    content: texts[1],
    tool_calls: [{ id: "c1", type: "function", function: { name: "get_order", arguments: JSON.stringify(args) } }],
  },
  { role: "tool", tool_call_id: "c1", content: '{"status":"shipped"}' },
  { role: "user", content: texts[2] },
];
const parts = chat.map(({ role, content, tool_calls: calls = [], tool_call_id: id }) => ({
  role,
  parts: [
    ...(id === undefined ? [{ type: "text", content }] : [{ type: "tool_call_response", id, response: content }]),
    ...calls.map((call) => ({ type: "tool_call", id: call.id, name: "get_order", arguments: args })),
  ],
}));
const contents = chat.map(({ role, content, tool_calls: calls = [], tool_call_id: id }) => ({
  role: role === "assistant" ? "model" : id === undefined ? role : "user",
  parts: [
    ...(id === undefined ? [{ text: content }] : [{ functionResponse: { id, response: { status: "shipped" } } }]),
    ...calls.map((call) => ({ functionCall: { id: call.id, name: "get_order", args } })),
  ],
}));

/** Where libraries keep a list of messages as one JSON text, and what makes the span one of theirs. */
const places: readonly (readonly [
  place: string,
  key: string,
  text: string,
  mark: Readonly<Record<string, AttributeValue>>,
])[] = [
  ["the conventions' attribute", "gen_ai.input.messages", JSON.stringify(parts), { "gen_ai.operation.name": "chat" }],
  ["AI SDK's prompt", "ai.prompt.messages", JSON.stringify(chat), { "ai.operationId": "ai.generateText.doGenerate" }],
  [
    "Langfuse's input",
    "langfuse.observation.input",
    JSON.stringify({ model: "m", messages: chat }),
    { "langfuse.observation.type": "generation" },
  ],
  [
    "OpenInference's raw request",
    "input.value",
    JSON.stringify({ model: "m", messages: chat }),
    { "openinference.span.kind": "LLM" },
  ],
  [
    "ADK's request",
    "gcp.vertex.agent.llm_request",
    JSON.stringify({ model: "m", contents }),
    { "gen_ai.operation.name": "generate_content" },
  ],
  ["Genkit's input", "genkit:input", JSON.stringify({ messages: chat }), { "genkit:metadata:subtype": "model" }],
  ["LangSmith's prompt", "gen_ai.prompt", JSON.stringify({ messages: chat }), { "langsmith.span.kind": "llm" }],
];

function read(key: string, text: string, mark: Readonly<Record<string, AttributeValue>>) {
  const operation = readOne(spanAt({ id: 1, at: 0 }, { ...mark, [key]: text }), {}) as ModelOperation;
  expect(operation.kind).toBe("model");
  return operation.input;
}

const facts = ({ role, text, calls, results }: Message) => ({ role, text, calls, results });

describe.each(places)("a list that was cut off in %s", (_place, key, text, mark) => {
  it("gives the messages that are whole and says that it was cut, wherever it was", () => {
    const truth = read(key, text, mark).messages.map(facts);
    expect(truth).toHaveLength(chat.length);
    expect(read(key, text, mark).truncated).toBe(false);
    const bytes = Buffer.from(text);
    const wrong = [];
    for (let end = 1; end < bytes.length; end += 1) {
      const { messages, truncated } = read(key, bytes.subarray(0, end).toString(), mark);
      // After the list's end only members that nobody reads are lost.
      const isTold = truncated || messages.length === truth.length;
      const isPrefix = isDeepStrictEqual(messages.map(facts), truth.slice(0, messages.length));
      if (!isTold || !isPrefix) wrong.push(end);
    }
    expect(wrong).toEqual([]);
  });
});

describe("a flattened list of OpenLLMetry from which a limit took attributes", () => {
  const prompt = {
    "llm.request.type": "chat",
    "gen_ai.prompt.0.role": "user",
    "gen_ai.prompt.0.content": "hi",
  };
  const answer = { "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": "hello" };

  it.each<[string, number, Record<string, AttributeValue>, boolean]>([
    ["was cut when the answer, which is written later, is gone, too", 3, prompt, true],
    ["is whole when the answer is there", 3, { ...prompt, ...answer }, false],
    ["is whole when nothing was dropped", 0, prompt, false],
  ])("%s", (_what, dropped, attributes, truncated) => {
    const call = readOne(spanAt({ id: 1, at: 0, dropped }, attributes)) as ModelOperation;
    expect(call.input).toMatchObject({ messages: [{ role: "user", text: "hi" }], truncated });
  });
});

it("a list that our instrumentation shortened is marked as truncated", () => {
  const messages = '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]';
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.input.messages": messages };
  const read = (names: string[]): ModelOperation =>
    readOne(spanAt({ id: 1, at: 0 }, { ...attributes, "turnwise.shortened": names })) as ModelOperation;
  expect(read(["gen_ai.input.messages"]).input).toMatchObject({ messages: [{ text: "hi" }], truncated: true });
  expect(read(["gen_ai.output.messages"]).input).toMatchObject({ messages: [{ text: "hi" }], truncated: false });
});

describe("what was cut where a text may stand, too", () => {
  it.each<[string, Record<string, AttributeValue>, string | undefined]>([
    [
      "a wrapper's reply as JSON text: its beginning",
      { "traceloop.span.kind": "workflow", "traceloop.entity.output": '"It has \\"ship' },
      'It has "ship',
    ],
    [
      "a wrapper's reply as an object: nothing",
      { "traceloop.span.kind": "workflow", "traceloop.entity.output": '{"a":' },
      undefined,
    ],
  ])("%s", (_what, attributes, reply) => {
    expect((readOne(spanAt({ id: 1, at: 0 }, attributes)) as AgentOperation).readReply()).toBe(reply);
  });

  it("a wrapper's question as JSON text: its beginning", () => {
    const span = spanAt({ id: 1, at: 0 }, { "traceloop.span.kind": "workflow", "traceloop.entity.input": '"Where is' });
    expect((readOne(span) as AgentOperation).readInput().messages).toMatchObject([{ role: "user", text: "Where is" }]);
  });

  it("Langfuse's answer: nothing, and never the JSON itself", () => {
    const attributes = {
      "langfuse.observation.type": "generation",
      "langfuse.observation.output": '{"content":"Order A',
    };
    expect((readOne(spanAt({ id: 1, at: 0 }, attributes)) as ModelOperation).output).toEqual([]);
  });

  it("system instructions as parts: their beginning", () => {
    const attributes = {
      "gen_ai.operation.name": "chat",
      "gen_ai.system_instructions": '[{"type":"text","content":"You are Mi',
    };
    expect((readOne(spanAt({ id: 1, at: 0 }, attributes)) as ModelOperation).input.messages).toMatchObject([
      { role: "system", text: "You are Mi" },
    ]);
  });
});
