import { describe, expect, it } from "vitest";
import type { Message } from "../../src/dialects/message.ts";
import { parseMessage, parseMessages } from "../../src/dialects/parse-message.ts";
import type { JsonValue } from "../../src/model/session.ts";

/** The plain shapes are in parse-message.test.ts and message-properties.test.ts: here are the odd ones. */
const call = { id: "c1", name: "get_order", arguments: { order_id: "A-1" } };
const asks = (part: JsonValue): JsonValue => ({ role: "assistant", content: [part] });
const picture = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";

type Row = readonly [shape: string, value: JsonValue, message: Partial<Message>];

const requests: readonly Row[] = [
  [
    "Responses: a custom tool, whose input is text",
    { type: "custom_tool_call", call_id: "c1", id: "ctc_1", name: "run", input: "print(1)" },
    { role: "assistant", calls: [{ id: "c1", name: "run", arguments: "print(1)" }] },
  ],
  [
    "Responses: a tool that it knows by name",
    { type: "local_shell_call", call_id: "c1", action: { type: "exec", command: ["ls"] } },
    { role: "assistant", calls: [{ id: "c1", name: "local_shell", arguments: { type: "exec", command: ["ls"] } }] },
  ],
  [
    "OpenAI chat: a custom tool",
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "c1", type: "custom", custom: { name: "run", input: "print(1)" } }],
    },
    { calls: [{ id: "c1", name: "run", arguments: "print(1)" }] },
  ],
  [
    "AI SDK: its list of calls on its own",
    { toolCallId: "c1", toolName: "get_order", input: '{"order_id":"A-1"}' },
    { role: "assistant", calls: [call] },
  ],
  [
    "LangChain: calls only as the provider sent them",
    {
      role: "assistant",
      content: "",
      additional_kwargs: {
        refusal: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "get_order", arguments: '{"order_id":"A-1"}' } }],
      },
    },
    { role: "assistant", calls: [call] },
  ],
  [
    "LangChain: a call whose arguments are no JSON",
    {
      type: "ai",
      content: "",
      tool_calls: [],
      invalid_tool_calls: [{ id: "c1", name: "get_order", args: "{order_id" }],
    },
    { role: "assistant", calls: [{ id: "c1", name: "get_order", arguments: "{order_id" }] },
  ],
  [
    "LangChain: a chunk printed by Python",
    { type: "AIMessageChunk", content: "hi" },
    { role: "assistant", text: "hi" },
  ],
  ["LangChain: role and content as a pair", ["human", "hi"], { role: "user", text: "hi" }],
  [
    "a call without a role, with what OpenAI once called it",
    { content: null, function_call: { name: "get_order", arguments: '{"order_id":"A-1"}' } },
    { calls: [{ name: "get_order", arguments: { order_id: "A-1" } }] },
  ],
];

const answers: readonly Row[] = [
  [
    "Responses: a custom tool's output",
    { type: "custom_tool_call_output", call_id: "c1", output: "1" },
    { role: "tool", results: [{ id: "c1", content: "1" }] },
  ],
  [
    "Responses: a screenshot",
    { type: "computer_call_output", call_id: "c1", output: { type: "computer_screenshot", image_url: picture } },
    { role: "tool", results: [{ id: "c1", content: "[image: image/png]" }] },
  ],
  [
    "Responses: an output of parts",
    {
      type: "function_call_output",
      call_id: "c1",
      output: [
        { type: "input_text", text: "the label" },
        { type: "input_image", image_url: picture },
      ],
    },
    { role: "tool", results: [{ id: "c1", content: "the label\n[image: image/png]" }] },
  ],
  [
    "Anthropic: text and a picture",
    {
      role: "user",
      content: [
        {
          type: "tool_result",
          tool_use_id: "c1",
          content: [
            { type: "text", text: "the label" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0KGgoAAAANSUhEUg==" } },
          ],
        },
      ],
    },
    { role: "tool", results: [{ id: "c1", content: "the label\n[image: image/png]" }] },
  ],
  [
    "AI SDK 6: refused by a human",
    {
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: "c1",
          toolName: "refund",
          output: { type: "execution-denied", reason: "too much" },
        },
      ],
    },
    { role: "tool", results: [{ id: "c1", name: "refund", error: "too much" }] },
  ],
  [
    "AI SDK 6: parts",
    {
      role: "tool",
      content: [
        {
          type: "tool-result",
          toolCallId: "c1",
          toolName: "look",
          output: {
            type: "content",
            value: [
              { type: "text", text: "the label" },
              { type: "image-data", data: "iVBORw0KGgoAAAANSUhEUg==", mediaType: "image/png" },
            ],
          },
        },
      ],
    },
    { results: [{ id: "c1", name: "look", content: "the label\n[image: image/png]" }] },
  ],
  [
    "AI SDK: a tool that threw",
    { role: "tool", content: [{ type: "tool-error", toolCallId: "c1", toolName: "look", error: "boom" }] },
    { results: [{ id: "c1", name: "look", error: "boom" }] },
  ],
  [
    "MCP: a result of a call, structured",
    {
      role: "tool",
      tool_call_id: "c1",
      content: { content: [{ type: "text", text: '{"ok":1}' }], structuredContent: { ok: 1 }, isError: false },
    },
    { results: [{ id: "c1", content: { ok: 1 } }] },
  ],
  [
    "MCP: a failure, as JSON text",
    { role: "tool", tool_call_id: "c1", content: '{"content":[{"type":"text","text":"boom"}],"isError":true}' },
    { results: [{ id: "c1", error: "boom" }] },
  ],
  [
    "MCP: an embedded text and a link",
    {
      role: "tool",
      tool_call_id: "c1",
      content: [
        { type: "resource", resource: { uri: "file:///a.txt", mimeType: "text/plain", text: "the file" } },
        { type: "resource_link", uri: "file:///b.txt", name: "b.txt", mimeType: "text/plain" },
      ],
    },
    { results: [{ id: "c1", content: "the file\n[file: b.txt, text/plain, file:///b.txt]" }] },
  ],
  [
    "a tool's own list, which only looks like parts",
    { role: "tool", tool_call_id: "c1", content: '[{"type":"file","name":"a.txt"},{"type":"folder","name":"b"}]' },
    {
      results: [
        {
          id: "c1",
          content: [
            { type: "file", name: "a.txt" },
            { type: "folder", name: "b" },
          ],
        },
      ],
    },
  ],
  [
    "text beside kinds that are no content",
    { role: "tool", tool_call_id: "c1", content: [{ text: "fine" }, { cachePoint: { type: "default" } }] },
    { results: [{ id: "c1", content: "fine" }], others: [{ type: "cachePoint" }] },
  ],
  [
    "a result that was withheld",
    { role: "tool", tool_call_id: "c1", content: [{ type: "text", text: "__REDACTED__" }] },
    { results: [{ id: "c1" }] },
  ],
  [
    "a result without its content",
    { role: "tool", tool_call_id: "c1", parts: [{ type: "text" }] },
    { results: [{ id: "c1" }] },
  ],
  [
    "an approval, which is no result",
    { role: "tool", content: [{ type: "tool-approval-response", approvalId: "a1", approved: true }] },
    { role: "tool", results: [], others: [{ type: "tool-approval-response" }] },
  ],
  [
    "an approval in the user's name",
    { role: "user", parts: [{ type: "tool_approval_response", id: "a1", approved: false }] },
    { role: "tool", text: "", results: [], others: [{ type: "tool_approval_response" }] },
  ],
  [
    "Responses: an approval",
    { type: "mcp_approval_response", approval_request_id: "a1", approve: true },
    { role: "tool", results: [], others: [{ type: "mcp_approval_response" }] },
  ],
];

const typed: readonly Row[] = [
  [
    "Strands: a call with its type beside its members",
    { role: "assistant", content: [{ type: "toolUse", name: "look", toolUseId: "t1", input: { at: 1 } }] },
    { role: "assistant", text: "", calls: [{ id: "t1", name: "look", arguments: { at: 1 } }] },
  ],
  [
    "Strands: its answer",
    { role: "user", content: [{ type: "toolResult", toolUseId: "t1", content: [{ text: "seen" }] }] },
    { role: "tool", results: [{ id: "t1", content: "seen" }] },
  ],
];

const speech: readonly Row[] = [
  ["a refusal beside no content", { role: "assistant", content: null, refusal: "I can't." }, { text: "I can't." }],
  [
    "the transcript of an answer in speech",
    { role: "assistant", content: null, audio: { id: "audio_1", transcript: "Hello!" } },
    { text: "Hello!" },
  ],
  [
    "the transcript of a question in speech",
    { type: "message", role: "user", content: [{ type: "input_audio", transcript: "Where is it?" }] },
    { role: "user", text: "Where is it?" },
  ],
  [
    "Bedrock: guarded and cited text",
    {
      role: "assistant",
      content: [
        { guardContent: { text: { text: "a" } } },
        { citationsContent: { content: [{ text: "b" }, { text: "c" }] } },
        { cachePoint: { type: "default" } },
      ],
    },
    { text: "abc", others: [{ type: "cachePoint" }] },
  ],
  [
    "a question that is only a picture",
    { role: "user", content: [{ type: "image_url", image_url: { url: picture } }] },
    {
      role: "user",
      text: "[image: image/png]",
      others: [{ type: "image_url", attachment: { kind: "image", mediaType: "image/png", bytes: 16 } }],
    },
  ],
  [
    "a picture beside a text, which stays as it was said",
    {
      role: "user",
      content: [
        { type: "text", text: "look" },
        { type: "image_url", image_url: { url: picture } },
      ],
    },
    { text: "look", others: [{ type: "image_url", attachment: { kind: "image", mediaType: "image/png", bytes: 16 } }] },
  ],
];

/** What a message keeps of it, by type; none of it is text, a call or a result. */
const kept: readonly (readonly [shape: string, part: JsonValue, type: string])[] = [
  [
    "GenAI: a tool that the provider ran",
    { type: "server_tool_call", id: "s1", name: "web_search" },
    "server_tool_call",
  ],
  ["GenAI: its answer", { type: "server_tool_call_response", id: "s1" }, "server_tool_call_response"],
  ["GenAI: reasoning", { type: "reasoning", content: "hm" }, "reasoning"],
  ["Pydantic AI: thinking", { type: "thinking", content: "hm" }, "thinking"],
  ["Pydantic AI: a built-in tool", { type: "tool_call", id: "s1", name: "web_search", builtin: true }, "tool_call"],
  ["Anthropic: thinking", { type: "thinking", thinking: "hm", signature: "x" }, "thinking"],
  ["Anthropic: thinking withheld", { type: "redacted_thinking", data: "AAAA" }, "redacted_thinking"],
  [
    "Anthropic: a tool of its own",
    { type: "server_tool_use", id: "s1", name: "web_search", input: {} },
    "server_tool_use",
  ],
  [
    "Anthropic: its answer",
    { type: "web_search_tool_result", tool_use_id: "s1", content: [] },
    "web_search_tool_result",
  ],
  ["Anthropic: a tool of an MCP server", { type: "mcp_tool_use", id: "m1", name: "x", input: {} }, "mcp_tool_use"],
  ["Anthropic: a compaction", { type: "compaction", content: "what was said before" }, "compaction"],
  [
    "AI SDK: a tool that the provider ran",
    { type: "tool-call", toolCallId: "s1", toolName: "web_search", input: {}, providerExecuted: true },
    "tool-call",
  ],
  ["AI SDK: a request for approval", { type: "tool-approval-request", approvalId: "a1" }, "tool-approval-request"],
  ["Gemini: a thought", { text: "hm", thought: true }, "thought"],
  ["Gemini: code that it ran", { executableCode: { language: "PYTHON", code: "1" } }, "executableCode"],
  ["Bedrock: reasoning", { reasoningContent: { reasoningText: { text: "hm" } } }, "reasoningContent"],
  ["Genkit: data", { data: { a: 1 } }, "data"],
  ["a kind that nobody knows yet", { type: "hologram", content: "?" }, "hologram"],
  ["something that is no part", 7, "unknown"],
];

describe("one parser reads", () => {
  it.each([...requests, ...answers, ...typed, ...speech])("%s", (_shape, value, expected) => {
    expect(parseMessage(value)).toMatchObject(expected);
  });
});

describe("one parser keeps, and takes for nothing else", () => {
  it.each(kept)("%s", (_shape, part, type) => {
    const text = { type: "text", text: "hi" };
    expect(parseMessage({ role: "assistant", content: [part, text] })).toEqual({
      role: "assistant",
      text: "hi",
      calls: [],
      results: [],
      others: [expect.objectContaining({ type })],
    });
  });

  it("a message of such parts alone, when it says whose it is", () => {
    expect(parseMessage(asks({ type: "reasoning", content: "hm" }))).toMatchObject({ role: "assistant", text: "" });
    expect(parseMessage({ type: "reasoning", summary: [] })).toBeUndefined();
    expect(parseMessage({ type: "compaction", encrypted_content: "x" })).toBeUndefined();
  });
});

describe("message lists", () => {
  it("may be of pairs", () => {
    expect(
      parseMessages([
        ["system", "be kind"],
        ["human", "hi"],
      ]),
    ).toMatchObject([
      { role: "system", text: "be kind" },
      { role: "user", text: "hi" },
    ]);
  });

  it("may end with the tools on offer, which are no messages", () => {
    const definition = { type: "function", function: { name: "search", description: "…", parameters: {} } };
    expect(
      parseMessages([
        { role: "user", content: "hi" },
        { role: "tool", content: definition },
      ]),
    ).toMatchObject([{ role: "user", text: "hi" }]);
  });
});
