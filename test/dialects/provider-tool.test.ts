import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../src/model/session.ts";
import { isAside } from "../../src/dialects/message.ts";
import type { ModelOperation } from "../../src/dialects/operation.ts";
import { parseMessage, parseMessages } from "../../src/dialects/parse-message.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

const bytes = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk";
const query = { query: "tide tables" };

/** A part of an assistant's message, and what is kept of it beside its type. */
const shapes: readonly (readonly [shape: string, part: JsonValue, kept: object])[] = [
  [
    "GenAI: a call",
    { type: "server_tool_call", id: "s1", name: "web_search", server_tool_call: { type: "web_search", ...query } },
    { call: { id: "s1", name: "web_search", arguments: query } },
  ],
  [
    "GenAI: a call whose arguments stand apart, as one of them is a type (our own instrumentation)",
    {
      type: "server_tool_call",
      id: "s1",
      name: "find",
      server_tool_call: { type: "find", arguments: { type: "tent" } },
    },
    { call: { id: "s1", name: "find", arguments: { type: "tent" } } },
  ],
  [
    "GenAI: an answer under `result` (our own instrumentation)",
    { type: "server_tool_call_response", id: "s1", server_tool_call_response: { type: "find", result: { hits: 3 } } },
    { result: { id: "s1", content: { hits: 3 } } },
  ],
  [
    "GenAI: a failure (our own instrumentation)",
    { type: "server_tool_call_response", id: "s1", server_tool_call_response: { type: "find", error: "down" } },
    { result: { id: "s1", error: "down" } },
  ],
  [
    "GenAI: its answer",
    { type: "server_tool_call_response", id: "s1", server_tool_call_response: { hits: 3 } },
    { result: { id: "s1", content: { hits: 3 } } },
  ],
  [
    "Anthropic: a call",
    { type: "server_tool_use", id: "s1", name: "web_search", input: query },
    { call: { id: "s1", name: "web_search", arguments: query } },
  ],
  [
    "Anthropic: its answer, without what only the provider can read",
    {
      type: "web_search_tool_result",
      tool_use_id: "s1",
      content: [{ type: "web_search_result", url: "https://a.example", title: "A", encrypted_content: "EqgfCioIARgB" }],
    },
    {
      result: {
        id: "s1",
        name: "web_search",
        content: [{ type: "web_search_result", url: "https://a.example", title: "A" }],
      },
    },
  ],
  [
    "Anthropic: a failure",
    {
      type: "web_search_tool_result",
      tool_use_id: "s1",
      content: { type: "web_search_tool_result_error", error_code: "max_uses_exceeded" },
    },
    { result: { id: "s1", name: "web_search", error: "max_uses_exceeded" } },
  ],
  [
    "Anthropic: a fetched file, without its bytes",
    {
      type: "web_fetch_tool_result",
      tool_use_id: "s1",
      content: {
        type: "web_fetch_result",
        url: "https://a.example/a.pdf",
        content: { type: "document", source: { type: "base64", media_type: "application/pdf", data: bytes } },
      },
    },
    {
      result: {
        id: "s1",
        name: "web_fetch",
        content: { type: "web_fetch_result", url: "https://a.example/a.pdf", content: "[document: application/pdf]" },
      },
    },
  ],
  [
    "Anthropic: a tool of an MCP server",
    { type: "mcp_tool_use", id: "m1", name: "find", server_name: "shop", input: { type: "tent" } },
    { call: { id: "m1", name: "find", arguments: { type: "tent" } } },
  ],
  [
    "Anthropic: its failure",
    { type: "mcp_tool_result", tool_use_id: "m1", is_error: true, content: [{ type: "text", text: "down" }] },
    { result: { id: "m1", error: "down" } },
  ],
  [
    "Responses: a web search",
    { type: "web_search_call", id: "ws_1", status: "completed", action: { type: "search", ...query } },
    { call: { id: "ws_1", name: "web_search", arguments: { type: "search", ...query } } },
  ],
  [
    "Responses: a web search of which nothing else is told",
    { type: "web_search_call", id: "ws_1", status: "completed" },
    { call: { id: "ws_1", name: "web_search", arguments: {} } },
  ],
  [
    "Responses: a file search",
    { type: "file_search_call", id: "fs_1", queries: ["terms"], results: [{ filename: "terms.md", text: "30 days" }] },
    {
      call: { id: "fs_1", name: "file_search", arguments: { queries: ["terms"] } },
      result: { id: "fs_1", name: "file_search", content: [{ filename: "terms.md", text: "30 days" }] },
    },
  ],
  [
    "Responses: the code interpreter",
    { type: "code_interpreter_call", id: "ci_1", code: "1+1", outputs: [{ type: "logs", logs: "2" }] },
    {
      call: { id: "ci_1", name: "code_interpreter", arguments: { code: "1+1" } },
      result: { id: "ci_1", name: "code_interpreter", content: [{ type: "logs", logs: "2" }] },
    },
  ],
  [
    "Responses: a tool of an MCP server",
    { type: "mcp_call", id: "mcp_1", name: "find", arguments: '{"a":1}', output: '{"b":2}', server_label: "shop" },
    {
      call: { id: "mcp_1", name: "find", arguments: { a: 1 } },
      result: { id: "mcp_1", name: "find", content: { b: 2 } },
    },
  ],
  [
    "Responses: its failure",
    { type: "mcp_call", id: "mcp_1", name: "find", arguments: "{}", error: { code: 500, message: "down" } },
    { call: { id: "mcp_1", name: "find", arguments: {} }, result: { id: "mcp_1", name: "find", error: "down" } },
  ],
  [
    "Responses: a call that failed",
    { type: "code_interpreter_call", id: "ci_1", code: "1/0", status: "failed" },
    {
      call: { id: "ci_1", name: "code_interpreter", arguments: { code: "1/0" } },
      result: { id: "ci_1", name: "code_interpreter", error: "failed" },
    },
  ],
  [
    "Responses: an image that it made, without its bytes",
    { type: "image_generation_call", id: "ig_1", status: "completed", revised_prompt: "a cat", result: bytes },
    {
      call: { id: "ig_1", name: "image_generation", arguments: { revised_prompt: "a cat" } },
      result: { id: "ig_1", name: "image_generation", content: "[image]" },
      attachment: { kind: "image", bytes: 45 },
    },
  ],
  [
    "a tool of which only its kind is told",
    { type: "provider_item", item_type: "web_search_call", id: "ws_1", status: "completed" },
    { call: { id: "ws_1", name: "web_search", arguments: {} } },
  ],
  [
    "Gemini: code that it ran",
    { executableCode: { language: "PYTHON", code: "1+1" } },
    { call: { name: "code_execution", arguments: { language: "PYTHON", code: "1+1" } } },
  ],
  [
    "Gemini: what the code gave",
    { codeExecutionResult: { outcome: "OUTCOME_OK", output: "2" } },
    { result: { name: "code_execution", content: "2" } },
  ],
  [
    "Gemini, written by Python: code that failed",
    { code_execution_result: { outcome: "OUTCOME_FAILED", output: "ZeroDivisionError" } },
    { result: { name: "code_execution", error: "ZeroDivisionError" } },
  ],
  [
    "AI SDK: a call",
    { type: "tool-call", toolCallId: "s1", toolName: "web_search", input: query, providerExecuted: true },
    { call: { id: "s1", name: "web_search", arguments: query } },
  ],
  [
    "AI SDK: its answer",
    {
      type: "tool-result",
      toolCallId: "s1",
      toolName: "web_search",
      output: { type: "json", value: { hits: 3 } },
      providerExecuted: true,
    },
    { result: { id: "s1", name: "web_search", content: { hits: 3 } } },
  ],
  [
    "Pydantic AI: a call",
    { type: "tool_call", id: "s1", name: "web_search", arguments: query, builtin: true },
    { call: { id: "s1", name: "web_search", arguments: query } },
  ],
  [
    "LangChain: a call",
    { type: "server_tool_call", id: "s1", name: "web_search", args: query },
    { call: { id: "s1", name: "web_search", arguments: query } },
  ],
  [
    "LangChain: its answer",
    { type: "server_tool_result", tool_call_id: "s1", status: "success", output: { hits: 3 } },
    { result: { id: "s1", content: { hits: 3 } } },
  ],
];

describe("a tool that the provider ran", () => {
  it.each(shapes)("%s", (_shape, part, kept) => {
    const message = parseMessage({ role: "assistant", content: [part, { type: "text", text: "hi" }] });
    expect(message).toMatchObject({ role: "assistant", text: "hi", calls: [], results: [] });
    const { type: _type, ...other } = message?.others?.[0] ?? { type: "" };
    expect(other).toEqual(kept);
    expect(JSON.stringify(message)).not.toContain(bytes.slice(0, 20));
  });

  it.each(shapes.filter(([, part]) => typeof part === "object"))(
    "is nothing that was said, alone: %s",
    (_shape, part) => {
      const message = parseMessage({ role: "assistant", content: [part] });
      expect(message !== undefined && isAside(message)).toBe(true);
    },
  );

  it("may be an item of its own in a list", () => {
    const messages = parseMessages([
      { role: "user", content: "when is the tide?" },
      { type: "web_search_call", id: "ws_1", action: { query: "tide" } },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "At noon." }] },
    ]);
    expect(messages.map(({ role, text }) => [role, text])).toEqual([
      ["user", "when is the tide?"],
      ["assistant", ""],
      ["assistant", "At noon."],
    ]);
    expect(messages[1]?.others).toMatchObject([{ call: { name: "web_search" } }]);
  });

  it.each<[string, JsonValue]>([
    ["a use without a name", { type: "server_tool_use", id: "s1" }],
    ["the list of an MCP server's tools", { type: "mcp_list_tools", id: "m1", tools: [] }],
    ["a request for approval", { type: "mcp_approval_request", id: "a1", name: "find", arguments: "{}" }],
  ])("is not read into %s", (_what, part) => {
    const message = parseMessage({ role: "assistant", content: [part, { type: "text", text: "hi" }] });
    expect(message?.others).toEqual([{ type: expect.any(String) as string }]);
  });
});

describe("what the model thought", () => {
  it.each<[string, JsonValue, string | undefined]>([
    ["GenAI", { type: "reasoning", content: "hm" }, "hm"],
    ["Anthropic", { type: "thinking", thinking: "hm", signature: "x" }, "hm"],
    ["Anthropic, withheld", { type: "redacted_thinking", data: "AAAA" }, undefined],
    [
      "Responses",
      {
        type: "reasoning",
        summary: [
          { type: "summary_text", text: "a" },
          { type: "summary_text", text: "b" },
        ],
      },
      "a\nb",
    ],
    ["Responses, encrypted", { type: "reasoning", summary: [], encrypted_content: "x" }, undefined],
    ["AI SDK", { type: "reasoning", text: "hm" }, "hm"],
    ["Gemini", { text: "hm", thought: true }, "hm"],
    ["Bedrock", { reasoningContent: { reasoningText: { text: "hm", signature: "x" } } }, "hm"],
    ["Bedrock, withheld", { reasoningContent: { redactedContent: "AAAA" } }, undefined],
    ["LangChain", { type: "reasoning", reasoning: "hm" }, "hm"],
    ["Pydantic AI", { type: "thinking", content: "hm" }, "hm"],
    ["a placeholder", { type: "reasoning", content: "__REDACTED__" }, undefined],
  ])("%s", (_shape, part, reasoning) => {
    const message = parseMessage({ role: "assistant", content: [part, { type: "text", text: "hi" }] });
    expect(message).toMatchObject({ text: "hi", calls: [] });
    expect(message?.others?.[0]?.reasoning).toBe(reasoning);
  });
});

describe("AI SDK's attributes of an answer", () => {
  const answer = (attributes: Record<string, string>) => {
    const span = spanAt({ id: 1, at: 0 }, { "ai.operationId": "ai.generateText.doGenerate", ...attributes });
    return (readOne(span) as ModelOperation).output[0];
  };
  const asked = { toolCallId: "c1", toolName: "look", input: "{}" };

  it("tell thoughts, files and which tools the provider ran", () => {
    const ran = { toolCallId: "s1", toolName: "web_search", input: query, providerExecuted: true };
    expect(
      answer({
        "ai.response.text": "hi",
        "ai.response.reasoning": "hm",
        "ai.response.toolCalls": JSON.stringify([asked, ran]),
        "ai.response.files": JSON.stringify([{ type: "file", mediaType: "image/png", data: bytes }]),
      }),
    ).toEqual({
      role: "assistant",
      text: "hi",
      calls: [{ id: "c1", name: "look", arguments: {} }],
      results: [],
      others: [
        { type: "reasoning", reasoning: "hm" },
        { type: "unknown", call: { id: "s1", name: "web_search", arguments: query } },
        { type: "file", attachment: { kind: "image", mediaType: "image/png", bytes: 45 } },
      ],
    });
  });

  it("have nothing else in most answers", () => {
    expect(answer({ "ai.response.text": "hi" })).toEqual({ role: "assistant", text: "hi", calls: [], results: [] });
  });
});
