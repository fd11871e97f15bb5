import { describe, expect, it } from "vitest";
import type { ModelOperation } from "../../src/dialects/operation.ts";
import type { AttributeMap, AttributeValue, LogRecord, SpanEvent } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";
import { logRecordWith } from "../support/records.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

interface Sources {
  readonly events?: readonly SpanEvent[];
  readonly logRecords?: readonly LogRecord[];
  readonly dropped?: number;
}

/** Role, text and names of calls of each message. */
function readModel(attributes: Attributes, { events = [], logRecords = [], dropped = 0 }: Sources = {}) {
  const span = spanAt({ id: 1, at: 0, dropped }, attributes);
  const operation = readOne({ ...span, events }, { logRecords }) as ModelOperation;
  expect(operation.kind).toBe("model");
  const show = (messages: ModelOperation["output"]) =>
    messages.map(({ role, text, calls, results }) => [
      role,
      text || calls.map(({ name }) => name).join() || results.map(({ content }) => JSON.stringify(content)).join(),
    ]);
  return {
    input: show(operation.input.messages),
    output: show(operation.output),
    truncated: operation.input.truncated,
  };
}

const map = (values: Attributes): AttributeMap => new Map(Object.entries(values));
const event = (name: string, attributes: Attributes): SpanEvent => ({
  name,
  timeUnixNano: 0n,
  droppedAttributesCount: 0,
  attributes: map(attributes),
});
const chat = { "gen_ai.operation.name": "chat" };
const asked = [
  ["system", "be kind"],
  ["user", "hi"],
];
const answered = [["assistant", "hello"]];
const inputJson =
  '[{"role":"system","parts":[{"type":"text","content":"be kind"}]},{"role":"user","parts":[{"type":"text","content":"hi"}]}]';
const outputJson = '[{"role":"assistant","parts":[{"type":"text","content":"hello"}],"finish_reason":"stop"}]';
const part = (content: string) => [map({ type: "text", content })];
const inputValue: AttributeValue = [
  map({ role: "system", parts: part("be kind") }),
  map({ role: "user", parts: part("hi") }),
];
const outputValue: AttributeValue = [map({ role: "assistant", parts: part("hello") })];
const details = "gen_ai.client.inference.operation.details";

describe("the GenAI conventions keep messages", () => {
  it.each<[string, Attributes, Sources]>([
    ["in attributes, as text", { "gen_ai.input.messages": inputJson, "gen_ai.output.messages": outputJson }, {}],
    ["in attributes, structured", { "gen_ai.input.messages": inputValue, "gen_ai.output.messages": outputValue }, {}],
    [
      "with the system prompt apart, as parts",
      {
        "gen_ai.system_instructions": '[{"type":"text","content":"be kind"}]',
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
        "gen_ai.output.messages": outputJson,
      },
      {},
    ],
    [
      "with the system prompt apart, as text",
      {
        "gen_ai.system_instructions": "be kind",
        "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
        "gen_ai.output.messages": outputJson,
      },
      {},
    ],
    [
      "with the system prompt apart: instructions in a details record of their own",
      {},
      {
        logRecords: [
          logRecordWith({ eventName: details, attributes: map({ "gen_ai.system_instructions": "be kind" }) }),
          logRecordWith({
            eventName: details,
            attributes: map({ "gen_ai.input.messages": '[{"role":"user","content":"hi"}]' }),
          }),
          logRecordWith({ eventName: details, attributes: map({ "gen_ai.output.messages": outputValue }) }),
        ],
      },
    ],
    [
      "in several details events",
      {},
      {
        events: [
          event(details, { "gen_ai.system_instructions": "be kind" }),
          event(details, { "gen_ai.input.messages": '[{"role":"user","content":"hi"}]' }),
          event(details, { "gen_ai.output.messages": outputJson }),
        ],
      },
    ],
    [
      "in an event for each message",
      {},
      {
        events: [
          event("gen_ai.system.message", { content: "be kind" }),
          event("gen_ai.user.message", { content: "hi" }),
          event("gen_ai.choice", { message: '{"content":"hello"}', finish_reason: "stop" }),
        ],
      },
    ],
    [
      "in an event for each message, of Bedrock's blocks",
      {},
      {
        events: [
          event("gen_ai.system.message", { content: "be kind" }),
          event("gen_ai.user.message", { content: '[{"text":"hi"}]' }),
          event("gen_ai.choice", { message: '[{"text":"hello"}]' }),
        ],
      },
    ],
    [
      "in an event for each message, whole and as JSON in one attribute",
      {},
      {
        events: [
          event("gen_ai.system.message", { "gen_ai.event.content": '{"role":"system","content":"be kind"}' }),
          event("gen_ai.user.message", { "gen_ai.event.content": "hi" }),
          event("gen_ai.choice", { "gen_ai.event.content": '{"index":0,"message":{"content":"hello"}}' }),
        ],
      },
    ],
    [
      "in events whose message says a role of its own",
      {},
      {
        events: [
          event("gen_ai.system.message", { role: "developer", content: "be kind" }),
          event("gen_ai.tool.message", { role: "user", content: '[{"text":"hi"}]' }),
          event("gen_ai.choice", { message: '{"content":"hello"}' }),
        ],
      },
    ],
    [
      "in the content events of old",
      {},
      {
        events: [
          event("gen_ai.content.prompt", {
            "gen_ai.prompt": '[{"role":"system","content":"be kind"},{"role":"user","content":"hi"}]',
          }),
          event("gen_ai.content.completion", { "gen_ai.completion": '[{"content":"hello"}]' }),
        ],
      },
    ],
    [
      "in a log record for each message, named after the content events of old",
      {},
      {
        logRecords: [
          logRecordWith({
            attributes: map({ event_name: "gen_ai.content.prompt" }),
            body: map({ role: "system", content: "be kind" }),
          }),
          logRecordWith({
            attributes: map({ event_name: "gen_ai.content.prompt" }),
            body: map({ role: "user", content: "hi" }),
          }),
          logRecordWith({
            attributes: map({ event_name: "gen_ai.content.completion" }),
            body: map({ index: 0n, message: map({ role: "assistant", content: "hello" }) }),
          }),
        ],
      },
    ],
    [
      "in a log record for each message",
      {},
      {
        logRecords: [
          logRecordWith({
            attributes: map({ "event.name": "gen_ai.system.message" }),
            body: map({ content: "be kind" }),
          }),
          logRecordWith({ eventName: "gen_ai.user.message", body: map({ content: "hi" }) }),
          logRecordWith({
            attributes: map({ "event.name": "gen_ai.choice" }),
            body: map({ index: 0n, message: map({ content: "hello" }) }),
          }),
        ],
      },
    ],
    [
      "in log records whose body is text",
      {},
      {
        logRecords: [
          logRecordWith({ eventName: "gen_ai.system.message", body: '{"content":"be kind"}' }),
          logRecordWith({ eventName: "gen_ai.user.message", body: '{"role":"user","content":"hi"}' }),
          logRecordWith({ eventName: "gen_ai.choice", body: '{"message":{"role":"assistant","content":"hello"}}' }),
        ],
      },
    ],
    [
      "in two details records",
      {},
      {
        logRecords: [
          logRecordWith({ eventName: details, attributes: map({ "gen_ai.input.messages": inputValue }) }),
          logRecordWith({ eventName: details, attributes: map({ "gen_ai.output.messages": outputValue }) }),
        ],
      },
    ],
    [
      "once, when they come on two signals",
      { "gen_ai.input.messages": inputJson, "gen_ai.output.messages": outputJson },
      {
        logRecords: [
          logRecordWith({
            eventName: details,
            attributes: map({ "gen_ai.input.messages": inputValue, "gen_ai.output.messages": outputValue }),
          }),
        ],
      },
    ],
  ])("%s", (_where, attributes, sources) => {
    expect(readModel({ ...chat, ...attributes }, sources)).toEqual({
      input: asked,
      output: answered,
      truncated: false,
    });
  });

  it("reads calls and results of log records", () => {
    const call = map({
      id: "c1",
      type: "function",
      function: map({ name: "get_order", arguments: '{"order_id":"A-1"}' }),
    });
    const logRecords = [
      logRecordWith({ eventName: "gen_ai.assistant.message", body: map({ content: null, tool_calls: [call] }) }),
      logRecordWith({ eventName: "gen_ai.tool.message", body: map({ id: "c1", content: "fine" }) }),
    ];
    expect(readModel(chat, { logRecords }).input).toEqual([
      ["assistant", "get_order"],
      ["tool", '"fine"'],
    ]);
  });

  it("ignores records that are something else", () => {
    const logRecords = [
      logRecordWith({ body: "a line of the application's log" }),
      logRecordWith({ eventName: "gen_ai.evaluation.result" }),
    ];
    expect(readModel(chat, { logRecords })).toEqual({ input: [], output: [], truncated: false });
  });

  it("cuts a list back to its last whole message, and says so", () => {
    const cut = inputJson.slice(0, inputJson.length - 12);
    expect(readModel({ ...chat, "gen_ai.input.messages": cut })).toMatchObject({
      input: [["system", "be kind"]],
      truncated: true,
    });
    expect(readModel({ ...chat, "gen_ai.input.messages": inputJson.slice(0, 30) })).toMatchObject({
      input: [],
      truncated: true,
    });
  });
});

describe("Traceloop keeps messages", () => {
  it("in indexed attributes, without the calls of the history", () => {
    const read = readModel({
      "llm.request.type": "chat",
      "gen_ai.prompt.0.role": "user",
      "gen_ai.prompt.0.content": "hi",
      "gen_ai.prompt.1.role": "assistant",
      "gen_ai.prompt.1.content": "null",
      "gen_ai.prompt.2.role": "tool",
      "gen_ai.prompt.2.content": "fine",
      "gen_ai.completion.0.role": "assistant",
      "gen_ai.completion.0.content": "",
      "gen_ai.completion.0.tool_calls.0.name": "get_order",
      "gen_ai.completion.0.tool_calls.0.arguments": '{"order_id":"A-1"}',
    });
    expect(read).toEqual({
      input: [
        ["user", "hi"],
        ["assistant", ""],
        ["tool", '"fine"'],
      ],
      output: [["assistant", "get_order"]],
      truncated: false,
    });
  });
});

describe("the AI SDK keeps messages", () => {
  const own = { "ai.operationId": "ai.generateText.doGenerate" };

  it.each<[string, Attributes, unknown, unknown]>([
    [
      "in its prompt",
      {
        "ai.prompt.messages":
          '[{"role":"system","content":"be kind"},{"role":"user","content":[{"type":"text","text":"hi"}]}]',
        "ai.response.text": "hello",
      },
      asked,
      answered,
    ],
    [
      "in its prompt's messages",
      { "ai.prompt": '{"system":"x","messages":[{"role":"user","content":"hi"}]}', "ai.response.text": "hello" },
      [["user", "hi"]],
      answered,
    ],
    [
      "in a prompt of text",
      { "ai.prompt": '{"prompt":"hi"}', "ai.response.object": '{"a":1}' },
      [["user", "hi"]],
      [["assistant", '{"a":1}']],
    ],
    [
      "with calls whose input is text",
      { "ai.response.toolCalls": '[{"toolCallId":"c1","toolName":"get_order","input":"{}"}]' },
      [],
      [["assistant", "get_order"]],
    ],
    [
      "with calls whose input is an object",
      {
        "ai.response.text": "",
        "ai.response.toolCalls": '[{"type":"tool-call","toolCallId":"c1","toolName":"get_order","input":{}}]',
      },
      [],
      [["assistant", "get_order"]],
    ],
    [
      "with calls of version 4",
      { "ai.response.toolCalls": '[{"toolCallType":"function","toolCallId":"c1","toolName":"get_order","args":"{}"}]' },
      [],
      [["assistant", "get_order"]],
    ],
    [
      "translated by a processor",
      { "gen_ai.input.messages": inputJson, "gen_ai.output.messages": outputJson },
      asked,
      answered,
    ],
  ])("%s", (_where, attributes, input, output) => {
    expect(readModel({ ...own, ...attributes })).toMatchObject({ input, output });
  });
});

describe("OpenInference keeps messages", () => {
  const own = { "openinference.span.kind": "LLM" };
  const flat = (list: string, at: number, role: string, content?: string): Attributes => ({
    [`llm.${list}_messages.${at}.message.role`]: role,
    ...(content === undefined ? {} : { [`llm.${list}_messages.${at}.message.content`]: content }),
  });
  const flattened = {
    ...flat("input", 0, "system", "be kind"),
    ...flat("input", 1, "user", "hi"),
    ...flat("output", 0, "assistant", "hello"),
  };
  const request = '{"model":"m","messages":[{"role":"system","content":"be kind"},{"role":"user","content":"hi"}]}';
  const response = '{"choices":[{"message":{"role":"assistant","content":"hello"}}]}';
  const lc = (kind: string, kwargs: object) => ({ lc: 1, id: ["langchain_core", "messages", kind], kwargs });

  it("in flattened lists", () => {
    expect(readModel({ ...own, ...flattened })).toEqual({ input: asked, output: answered, truncated: false });
  });

  it("in flattened parts, of which a processor leaves empty ones", () => {
    const attributes = {
      ...flat("input", 0, "user"),
      "llm.input_messages.0.message.contents.0.message_content.type": "text",
      "llm.input_messages.0.message.contents.0.message_content.text": "look",
      "llm.input_messages.0.message.contents.1.message_content.type": "image",
      "llm.input_messages.0.message.tool_calls.0.tool_call.id": null,
      ...flat("output", 0, "assistant"),
      "llm.output_messages.0.message.tool_calls.1.tool_call.id": "c1",
      "llm.output_messages.0.message.tool_calls.1.tool_call.function.name": "get_order",
    };
    expect(readModel({ ...own, ...attributes })).toMatchObject({
      input: [["user", "look"]],
      output: [["assistant", "get_order"]],
    });
  });

  it.each<[string, Attributes, Sources]>([
    [
      "when attributes were dropped",
      {
        ...flat("input", 0, "system", "be kind"),
        ...flat("output", 0, "assistant"),
        "input.value": request,
        "output.value": response,
      },
      { dropped: 3 },
    ],
    ["when there is no list", { "input.value": request, "output.value": response }, {}],
    [
      "when a message lost its content",
      {
        ...flat("input", 0, "system", "be kind"),
        ...flat("input", 1, "assistant"),
        "input.value": request,
        "output.value": response,
      },
      {},
    ],
    [
      "of the Responses API",
      {
        "llm.invocation_parameters": '{"instructions":"be kind"}',
        "input.value": '{"input":[{"role":"user","content":"hi"}]}',
        "output.value":
          '{"output":[{"type":"reasoning"},{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hello"}]}]}',
      },
      {},
    ],
    [
      "of Anthropic",
      {
        "llm.invocation_parameters": '{"system":[{"type":"text","text":"be kind"}]}',
        "input.value": '{"messages":[{"role":"user","content":"hi"}]}',
        "output.value": '{"role":"assistant","content":[{"type":"text","text":"hello"}]}',
      },
      {},
    ],
    ["when the answer was streamed as text", { "input.value": request, "output.value": "hello" }, {}],
    [
      "that is a list itself",
      {
        "input.value": '[{"role":"system","content":"be kind"},{"role":"user","content":"hi"}]',
        "output.value": response,
      },
      {},
    ],
  ])("in the raw request and response, %s", (_when, attributes, sources) => {
    expect(readModel({ ...own, ...attributes }, sources)).toEqual({ input: asked, output: answered, truncated: false });
  });

  it("in LangChain's request, when the flattened calls lost their ids", () => {
    const call = { id: "c1", name: "get_order", args: {} };
    const attributes = {
      ...flat("input", 0, "user", "hi"),
      ...flat("input", 1, "assistant"),
      "llm.input_messages.1.message.tool_calls.0.tool_call.function.name": "get_order",
      ...flat("output", 0, "assistant"),
      "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "get_order",
      "input.value": JSON.stringify({
        messages: [[lc("HumanMessage", { content: "hi" }), lc("AIMessage", { content: "", tool_calls: [call] })]],
      }),
      "output.value": JSON.stringify({
        generations: [[{ text: "", message: lc("AIMessage", { content: "", tool_calls: [call] }) }]],
      }),
    };
    const span = spanAt({ id: 1, at: 0 }, { ...own, ...attributes });
    const operation = readOne(span) as ModelOperation;
    expect(operation.input.messages[1]?.calls[0]?.id).toBe("c1");
    expect(operation.output[0]?.calls[0]?.id).toBe("c1");
  });

  it("keeps what is left when the raw request was cut, too", () => {
    const attributes = { ...flat("input", 0, "system", "be kind"), "input.value": request.slice(0, 60) };
    expect(readModel({ ...own, ...attributes }, { dropped: 3 })).toMatchObject({
      input: [["system", "be kind"]],
      truncated: true,
    });
  });

  it("shows nothing of what was withheld", () => {
    const hidden = {
      ...flat("input", 0, "user", "__REDACTED__"),
      "input.value": "__REDACTED__",
      "output.value": "__REDACTED__",
    };
    expect(readModel({ ...own, ...hidden })).toEqual({ input: [["user", ""]], output: [], truncated: false });
  });
});
