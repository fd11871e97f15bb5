import { describe, expect, it } from "vitest";
import type { ChatMessage } from "../../src/model/message.ts";
import type { JsonValue } from "../../src/model/session.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { processorMs } from "../support/processor-ms.ts";

const build = (messages: readonly ChatMessage[], tools?: readonly JsonValue[]) =>
  buildFromMessages({ messages, ...(tools === undefined ? {} : { tools }), source: "messages" });

const call = (id: string, name: string, args: string | JsonValue = "{}") => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

describe("messages become turns", () => {
  it("one for each user message, with positions in the list as it was sent", () => {
    const session = build([
      { role: "system", content: "be kind" },
      { role: "assistant", content: "Hello, how can I help?" },
      { role: "user", content: "where is my order?" },
      { role: "assistant", content: null, tool_calls: [call("1", "get_order", '{"order_id":"A-1"}')] },
      { role: "tool", tool_call_id: "1", content: '{"status":"shipped"}' },
      { role: "assistant", content: "It is on its way." },
      { role: "user", content: "thanks" },
      { role: "assistant", content: "You are welcome." },
    ]);
    expect(session).toMatchObject({ source: "messages", systemPrompt: "be kind", models: [], dialects: [] });
    expect(session.turns).toMatchObject([
      {
        turn: 1,
        userContent: "where is my order?",
        assistantContent: "It is on its way.",
        messageIndex: 2,
        replyMessageIndex: 5,
        steps: [
          { type: "model_call", messageIndex: 3 },
          {
            type: "tool_call",
            id: "1",
            name: "get_order",
            arguments: { order_id: "A-1" },
            result: { status: "shipped" },
            messageIndex: 3,
            resultMessageIndex: 4,
          },
          { type: "model_call", content: "It is on its way.", messageIndex: 5 },
        ],
      },
      { turn: 2, userContent: "thanks", assistantContent: "You are welcome.", messageIndex: 6, replyMessageIndex: 7 },
    ]);
  });

  it("VH-13 one for each user message, also for those that nobody answered", () => {
    const { turns } = build([
      { role: "user", content: "hello?" },
      { role: "user", content: "" },
      { role: "user", content: "anybody?" },
      { role: "assistant", content: "yes" },
    ]);
    expect(turns).toMatchObject([
      { turn: 1, userContent: "hello?", steps: [], messageIndex: 0 },
      { turn: 2, userContent: "", steps: [], messageIndex: 1 },
      { turn: 3, userContent: "anybody?", assistantContent: "yes", messageIndex: 2, replyMessageIndex: 3 },
    ]);
    expect(turns[0]).not.toHaveProperty("assistantContent");
  });

  it("one without a reply when the user spoke last", () => {
    const { turns } = build([{ role: "user", content: "hello?" }]);
    expect(turns).toHaveLength(1);
    expect(turns[0]).not.toHaveProperty("assistantContent");
  });

  it.each<[string, readonly ChatMessage[]]>([
    ["no messages", []],
    ["a system message only", [{ role: "system", content: "be kind" }]],
    ["a greeting only", [{ role: "assistant", content: "hello" }]],
  ])("none for %s", (_what, messages) => {
    expect(build(messages).turns).toEqual([]);
  });

  it("text beside calls is a step's; the reply is the last text without calls", () => {
    const { turns } = build([
      { role: "user", content: "a" },
      { role: "assistant", content: "let me see", tool_calls: [call("1", "get_order")] },
      { role: "tool", tool_call_id: "1", content: "fine" },
      { role: "assistant", content: "A" },
    ]);
    expect(turns).toMatchObject([{ assistantContent: "A", steps: [{ content: "let me see" }, {}, { content: "A" }] }]);
  });

  it.each<[string, readonly ChatMessage[]]>([
    ["the model said something beside", [{ role: "assistant", content: "wait", tool_calls: [call("1", "x")] }]],
    [
      "the call was answered",
      [
        { role: "assistant", content: null, tool_calls: [call("1", "x")] },
        { role: "tool", tool_call_id: "1", content: "fine" },
      ],
    ],
    ["there was no call", [{ role: "assistant", content: null }]],
    ["the call was not answered", [{ role: "assistant", content: null, tool_calls: [call("1", "x")] }]],
    ["two calls were not answered", [{ role: "assistant", tool_calls: [call("1", "x"), call("2", "y")] }]],
  ])("what the user says is his own when %s", (_why, before) => {
    const { turns } = build([{ role: "user", content: "a" }, ...before, { role: "user", content: "b" }]);
    expect(turns.map(({ userContent }) => userContent)).toEqual(["a", "b"]);
  });

  it("results among the parts of a user message answer a tool and open no turn", () => {
    const { turns } = build([
      { role: "user", content: "a" },
      { role: "assistant", content: null, tool_calls: [call("1", "x")] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "1", content: "fine" }] },
      { role: "assistant", content: "A" },
    ]);
    expect(turns).toMatchObject([{ userContent: "a", assistantContent: "A", steps: [{}, { result: "fine" }, {}] }]);
  });

  it("results in tags of a user message answer the tools that wait, and what is beside them opens a turn", () => {
    const { turns } = build([
      { role: "user", content: "a" },
      { role: "assistant", content: '<tool_call>{"name":"x"}</tool_call><tool_call>{"name":"y"}</tool_call>' },
      { role: "user", content: "<tool_response>1</tool_response>" },
      { role: "user", content: "<tool_response>2</tool_response> hurry" },
      { role: "assistant", content: "A" },
    ]);
    expect(turns).toMatchObject([
      { userContent: "a", steps: [{}, { name: "x", result: "1" }, { name: "y", result: "2", resultMessageIndex: 3 }] },
      { userContent: "hurry", assistantContent: "A", messageIndex: 3 },
    ]);
  });

  it("a user who writes of such tags has no tool that waits", () => {
    const content = "<tool_response>what is this?</tool_response>";
    expect(build([{ role: "user", content }]).turns).toMatchObject([{ userContent: content }]);
  });

  it("results in tags of a tool message are its results", () => {
    const { turns } = build([
      { role: "user", content: "a" },
      { role: "assistant", content: '<tool_call>{"name":"x"}</tool_call><tool_call>{"name":"y"}</tool_call>' },
      {
        role: "tool",
        content: '<tool_response>1</tool_response>\n<tool_response>{"name":"y","content":2}</tool_response>',
      },
    ]);
    expect(turns[0]?.steps).toMatchObject([{}, { name: "x", result: "1" }, { name: "y", result: 2 }]);
  });

  it("a tag that repeats the message's own call is no further call", () => {
    const content = 'I call <tool_call>{"name":"x","arguments":{"a":1}}</tool_call><tool_call>{"name":"z"}</tool_call>';
    const { turns } = build([
      { role: "user", content: "a" },
      { role: "assistant", content, tool_calls: [call("1", "x", '{"a":1}')] },
    ]);
    expect(turns[0]?.steps).toMatchObject([{ content: "I call" }, { id: "1", name: "x" }, { name: "z" }]);
  });

  it("content may be a list of parts", () => {
    const { turns } = build([
      {
        role: "user",
        content: [
          { type: "text", text: "look" },
          { type: "image_url", image_url: { url: "data:" } },
        ],
      },
    ]);
    expect(turns).toMatchObject([{ userContent: "look" }]);
  });
});

describe("tool calls in messages", () => {
  const toolCalls = (messages: readonly ChatMessage[]) =>
    build([{ role: "user", content: "a" }, ...messages]).turns[0]?.steps.filter((step) => step.type === "tool_call");

  it.each<[string, readonly ChatMessage[], unknown]>([
    [
      "answers by id, in any order",
      [
        { role: "assistant", tool_calls: [call("1", "x"), call("2", "y")] },
        { role: "tool", tool_call_id: "2", content: "two" },
        { role: "tool", tool_call_id: "1", content: "one" },
      ],
      [
        { name: "x", result: "one", resultMessageIndex: 3 },
        { name: "y", result: "two", resultMessageIndex: 2 },
      ],
    ],
    [
      "answers without ids, in order",
      [
        { role: "assistant", tool_calls: [call("1", "x"), call("2", "y")] },
        { role: "tool", content: "one" },
        { role: "tool", content: "two" },
      ],
      [
        { name: "x", result: "one" },
        { name: "y", result: "two" },
      ],
    ],
    [
      "arguments as an object",
      [{ role: "assistant", tool_calls: [call("1", "x", { a: 1 })] }],
      [{ name: "x", arguments: { a: 1 } }],
    ],
    [
      "arguments that are no JSON",
      [{ role: "assistant", tool_calls: [call("1", "x", "{a:1")] }],
      [{ name: "x", arguments: "{a:1" }],
    ],
    [
      "calls in tags",
      [
        {
          role: "assistant",
          content:
            'Let me see.\n<tool_call>{"name":"x","arguments":{"a":1}}</tool_call>\n<tool_call>\n{"name":"y","parameters":{"b":2}}\n</tool_call>',
        },
        { role: "tool", content: "one" },
      ],
      [
        { name: "x", arguments: { a: 1 }, result: "one" },
        { name: "y", arguments: { b: 2 } },
      ],
    ],
    [
      "an answer to a call that was not made",
      [{ role: "tool", tool_call_id: "9", name: "x", content: "one" }],
      [{ name: "x", arguments: {}, result: "one" }],
    ],
    [
      "an answer to another call than the one that waits",
      [
        { role: "assistant", tool_calls: [call("1", "x")] },
        { role: "tool", tool_call_id: "9", content: "one" },
      ],
      [{ name: "x" }, { name: "tool", result: "one" }],
    ],
    [
      "an error",
      [
        { role: "assistant", tool_calls: [call("1", "x")] },
        { role: "tool", tool_call_id: "1", content: "Error: no such order" },
      ],
      [{ name: "x", error: "Error: no such order" }],
    ],
    [
      "an error as data",
      [
        { role: "assistant", tool_calls: [call("1", "x")] },
        { role: "tool", tool_call_id: "1", content: '{"error":"no such order"}' },
      ],
      [{ name: "x", error: "no such order" }],
    ],
  ])("%s", (_what, messages, expected) => {
    expect(toolCalls(messages)).toMatchObject(expected as object[]);
  });

  it("a failed call has no result", () => {
    expect(
      toolCalls([
        { role: "assistant", tool_calls: [call("1", "x")] },
        { role: "tool", tool_call_id: "1", content: "Error: x" },
      ])?.[0],
    ).not.toHaveProperty("result");
  });

  it("tags are taken out of the text; what is no call stays", () => {
    const { turns } = build([
      { role: "user", content: "a" },
      {
        role: "assistant",
        content: 'Let me see. <tool_call>{"name":"x"}</tool_call> <tool_call>nothing</tool_call> <tool_call>open',
      },
    ]);
    expect(turns[0]?.steps[0]).toMatchObject({
      content: "Let me see.  <tool_call>nothing</tool_call> <tool_call>open",
    });
    expect(build([{ role: "user", content: '<tool_call>{"name":"x"}</tool_call>' }]).turns[0]).toMatchObject({
      userContent: '<tool_call>{"name":"x"}</tool_call>',
      steps: [],
    });
  });

  it("reads a text full of open tags in linear time", () => {
    const messages: Parameters<typeof build>[0] = [
      { role: "user", content: "a" },
      { role: "assistant", content: "<tool_call>".repeat(200_000) },
    ];
    expect(processorMs(() => build(messages))).toBeLessThan(1000);
  });
});

describe("tools that were offered", () => {
  it.each<[string, JsonValue]>([
    ["OpenAI's", { type: "function", function: { name: "x", description: "d", parameters: { type: "object" } } }],
    ["bare", { name: "x", description: "d", parameters: { type: "object" } }],
    ["Anthropic's", { name: "x", description: "d", input_schema: { type: "object" } }],
    ["Gemini's", { functionDeclarations: [{ name: "x", description: "d", parameters: { type: "object" } }] }],
  ])("%s", (_shape, tool) => {
    expect(build([], [tool]).tools).toEqual([{ name: "x", description: "d", parameters: { type: "object" } }]);
  });

  it("the last definition of a name counts, and what is none does not", () => {
    expect(
      build([], [{ name: "x", description: "old" }, { name: "x", description: "new" }, { description: "nameless" }, 7])
        .tools,
    ).toEqual([{ name: "x", description: "new" }]);
  });
});

describe("digests", () => {
  const messages: readonly ChatMessage[] = [
    { role: "user", content: "a" },
    { role: "assistant", content: "A" },
    { role: "user", content: "b" },
    { role: "assistant", content: "B" },
  ];

  it("are equal for equal content, wherever it stands", () => {
    const [first, second] = [build(messages), build([{ role: "system", content: "s" }, ...messages])];
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(second.digest).toBe(first.digest);
  });

  it("change with the turn that changed, and no other", () => {
    const changed = build([...messages.slice(0, 3), { role: "assistant", content: "another" }]);
    const before = build(messages);
    expect(changed.turns[0]?.digest).toBe(before.turns[0]?.digest);
    expect(changed.turns[1]?.digest).not.toBe(before.turns[1]?.digest);
    expect(changed.digest).not.toBe(before.digest);
  });

  it("tell a result of null from no result, and a call's arguments apart", () => {
    const withResult = (content: string | undefined, args = "{}") =>
      build([
        { role: "user", content: "a" },
        { role: "assistant", tool_calls: [call("1", "x", args)] },
        ...(content === undefined ? [] : [{ role: "tool", tool_call_id: "1", content }]),
      ]).digest;
    expect(
      new Set([withResult(undefined), withResult("null"), withResult("other"), withResult(undefined, '{"a":1}')]).size,
    ).toBe(4);
  });
});
