/** Tools that the provider runs: what each provider's answer tells of them, and what the server makes of that. */
import { describe, expect, it } from "vitest";
import { toMessages as fromAnthropic } from "../../../instrumentation/src/libraries/anthropic/messages.ts";
import { readMessage } from "../../../instrumentation/src/libraries/anthropic/message-answer.ts";
import { createMessageStreamReader } from "../../../instrumentation/src/libraries/anthropic/message-stream.ts";
import { readConverse } from "../../../instrumentation/src/libraries/bedrock/converse-answer.ts";
import { createConverseStreamReader } from "../../../instrumentation/src/libraries/bedrock/converse-stream.ts";
import { readGenerateContent } from "../../../instrumentation/src/libraries/google-genai/generate-answer.ts";
import { createGenerateStreamReader } from "../../../instrumentation/src/libraries/google-genai/generate-stream.ts";
import { toMessage as fromLangChain } from "../../../instrumentation/src/libraries/langchain/messages.ts";
import { createMessageStreamReader as createLangChainReader } from "../../../instrumentation/src/libraries/langchain/message-stream.ts";
import { readResponse } from "../../../instrumentation/src/libraries/openai/response-answer.ts";
import { createResponseStreamReader } from "../../../instrumentation/src/libraries/openai/response-stream.ts";
import { toResponseItem } from "../../../instrumentation/src/libraries/openai-agents/to-response-item.ts";
import { readModelAnswer } from "../../../instrumentation/src/libraries/vercel-ai/model-answer.ts";
import { createModelStreamReader } from "../../../instrumentation/src/libraries/vercel-ai/model-stream.ts";
import { toMessage as fromAiSdk } from "../../../instrumentation/src/libraries/vercel-ai/prompt-messages.ts";
import type { StreamReader } from "../../../instrumentation/src/libraries/observed-call.ts";
import type { Message } from "../../../instrumentation/src/message.ts";
import type { JsonValue } from "../../../src/model/session.ts";
import { parseMessage } from "../../../src/dialects/parse-message.ts";

/** What the server reads of the provider's tools in a message as it is sent: `[name, arguments]` and `[result]` or `[error]`. */
function toolsIn(message: Message | undefined): unknown[] {
  const sent = JSON.parse(JSON.stringify(message)) as JsonValue;
  const read = parseMessage(sent);
  expect(read).toMatchObject({ role: "assistant", calls: [], results: [] });
  expect(JSON.stringify(sent)).not.toContain("c2VjcmV0IGJ5dGVz");
  return (read?.others ?? []).flatMap(({ call, result, attachment }) => [
    ...(call === undefined ? [] : [{ id: call.id, asked: call.name, arguments: call.arguments }]),
    ...(result === undefined ? [] : [{ id: result.id, gave: result.content, error: result.error }]),
    ...(attachment === undefined ? [] : [{ made: attachment.kind }]),
  ]);
}

const asked = (id: string | undefined, name: string, args: unknown): object => ({ id, asked: name, arguments: args });
const gave = (id: string | undefined, result: unknown): object => ({ id, gave: result, error: undefined });
const failed = (id: string, error: string): object => ({ id, gave: undefined, error });
const bytes = "c2VjcmV0IGJ5dGVzIG9mIGEgZmlsZQ==";

function streamed(reader: StreamReader, ...events: readonly unknown[]): Message | undefined {
  for (const event of events) reader.add(event);
  return reader.answer().output[0];
}

const responseItems: readonly (readonly [what: string, item: object, tools: readonly unknown[]])[] = [
  [
    "a web search, whose sources were asked for",
    {
      id: "ws_1",
      type: "web_search_call",
      status: "completed",
      action: { type: "search", query: "tents", sources: [{ type: "url", url: "https://a.example" }] },
    },
    [
      asked("ws_1", "web_search", { type: "search", query: "tents" }),
      gave("ws_1", [{ type: "url", url: "https://a.example" }]),
    ],
  ],
  [
    "a page that was opened",
    {
      id: "ws_2",
      type: "web_search_call",
      status: "completed",
      action: { type: "open_page", url: "https://a.example" },
    },
    [asked("ws_2", "web_search", { type: "open_page", url: "https://a.example" })],
  ],
  [
    "a file search without its results",
    { id: "fs_1", type: "file_search_call", status: "completed", queries: ["terms"], results: null },
    [asked("fs_1", "file_search", { queries: ["terms"] })],
  ],
  [
    "a file search",
    {
      id: "fs_1",
      type: "file_search_call",
      status: "completed",
      queries: ["terms"],
      results: [{ file_id: "f", filename: "terms.md", score: 0.9, text: "30 days" }],
    },
    [
      asked("fs_1", "file_search", { queries: ["terms"] }),
      gave("fs_1", [{ file_id: "f", filename: "terms.md", score: 0.9, text: "30 days" }]),
    ],
  ],
  [
    "the code interpreter",
    {
      id: "ci_1",
      type: "code_interpreter_call",
      status: "completed",
      code: "print(1)",
      container_id: "c",
      outputs: [{ type: "logs", logs: "one\n" }],
    },
    [asked("ci_1", "code_interpreter", { code: "print(1)" }), gave("ci_1", "one\n")],
  ],
  [
    "code that drew something",
    {
      id: "ci_2",
      type: "code_interpreter_call",
      status: "completed",
      code: "plot()",
      outputs: [
        { type: "logs", logs: "" },
        { type: "image", url: `data:image/png;base64,${bytes}` },
      ],
    },
    [
      asked("ci_2", "code_interpreter", { code: "plot()" }),
      gave("ci_2", [
        { type: "logs", logs: "" },
        { type: "image", url: `[${bytes.length + 22} characters of base64]` },
      ]),
    ],
  ],
  [
    "code that failed",
    { id: "ci_3", type: "code_interpreter_call", status: "failed", code: "1/0", outputs: null },
    [asked("ci_3", "code_interpreter", { code: "1/0" }), failed("ci_3", "failed")],
  ],
  [
    "an image that was made",
    { id: "ig_1", type: "image_generation_call", status: "completed", revised_prompt: "a tent", result: bytes },
    [asked("ig_1", "image_generation", { revised_prompt: "a tent" }), { made: "image" }],
  ],
  [
    "a tool of an MCP server, one of whose arguments is a type",
    {
      id: "mcp_1",
      type: "mcp_call",
      name: "find",
      server_label: "shop",
      arguments: '{"type":"tent"}',
      output: '{"found":2}',
      error: null,
    },
    [asked("mcp_1", "find", { type: "tent" }), gave("mcp_1", { found: 2 })],
  ],
  [
    "a tool of an MCP server that failed",
    { id: "mcp_2", type: "mcp_call", name: "find", arguments: "{}", output: null, error: "down" },
    [asked("mcp_2", "find", {}), failed("mcp_2", "down")],
  ],
];

describe("OpenAI's Responses API", () => {
  const text = { type: "message", role: "assistant", content: [{ type: "output_text", text: "hi" }] };

  it.each(responseItems)("tells of %s", (_what, item, tools) => {
    const response = { status: "completed", output: [item, text] };
    expect(toolsIn(readResponse(response).output[0])).toEqual(tools);
    const reader = createResponseStreamReader();
    const half = { type: "response.output_item.done", output_index: 0, item };
    expect(toolsIn(streamed(reader, half))).toEqual(tools);
    expect(toolsIn(streamed(reader, { type: "response.completed", response }))).toEqual(tools);
  });

  it.each(responseItems)("tells of %s by the items of the Agents SDK", (_what, item, tools) => {
    const { id, type, status, ...rest } = item as Record<string, unknown>;
    const { output, result, ...providerData } = rest;
    const given = { type: "hosted_tool_call", id, name: type, status, output: output ?? result };
    const message = readResponse({ output: [toResponseItem({ ...given, providerData: { type, ...providerData } })] })
      .output[0];
    expect(toolsIn(message)).toEqual(tools);
  });

  it.each(responseItems)("tells of %s in LangChain's message", (_what, item, tools) => {
    const message = {
      type: "ai",
      content: [{ type: "text", text: "hi" }],
      additional_kwargs: { tool_outputs: [item] },
    };
    const withoutImages = tools.filter((tool) => !("made" in (tool as object)));
    expect(toolsIn(fromLangChain(message))).toEqual(withoutImages);
    expect(toolsIn(streamed(createLangChainReader(), message))).toEqual(withoutImages);
  });

  it.each([
    ["computer_call", "action", { type: "click", x: 1 }, "computer"],
    ["local_shell_call", "action", { type: "exec", command: ["ls"] }, "local_shell"],
    ["apply_patch_call", "operation", { type: "delete_file", path: "a" }, "apply_patch"],
  ])("asks the application with a %s, which is no tool of the provider's", (type, member, facts, name) => {
    const [message] = readResponse({ output: [{ type, id: "x_1", call_id: "call_1", [member]: facts }] }).output;
    expect(message?.parts).toEqual([{ type: "tool_call", id: "call_1", name, arguments: facts }]);
  });
});

describe("Anthropic", () => {
  const use = { type: "server_tool_use", id: "s1", name: "web_search", input: { query: "tents" } };
  const found = {
    type: "web_search_tool_result",
    tool_use_id: "s1",
    content: [{ type: "web_search_result", url: "https://a.example", title: "A", encrypted_content: bytes }],
  };
  const blocks: readonly (readonly [what: string, blocks: readonly object[], tools: readonly unknown[]])[] = [
    [
      "a search, without what only Anthropic can read",
      [use, found],
      [
        asked("s1", "web_search", { query: "tents" }),
        gave("s1", [{ type: "web_search_result", url: "https://a.example", title: "A" }]),
      ],
    ],
    [
      "a search that found nothing",
      [use, { ...found, content: [] }],
      [asked("s1", "web_search", { query: "tents" }), gave("s1", [])],
    ],
    [
      "a search that failed",
      [use, { ...found, content: { type: "web_search_tool_result_error", error_code: "max_uses_exceeded" } }],
      [asked("s1", "web_search", { query: "tents" }), failed("s1", "max_uses_exceeded")],
    ],
    [
      "a file that was fetched, without its bytes",
      [
        {
          type: "web_fetch_tool_result",
          tool_use_id: "f1",
          content: {
            type: "web_fetch_result",
            url: "https://a.example/a.pdf",
            content: { type: "document", source: { type: "base64", media_type: "application/pdf", data: bytes } },
          },
        },
      ],
      [
        gave("f1", {
          type: "web_fetch_result",
          url: "https://a.example/a.pdf",
          content: {
            type: "document",
            source: { type: "base64", media_type: "application/pdf", data: `[${bytes.length} characters of base64]` },
          },
        }),
      ],
    ],
    [
      "code that it ran",
      [
        { type: "server_tool_use", id: "c1", name: "bash_code_execution", input: { command: "ls" } },
        {
          type: "bash_code_execution_tool_result",
          tool_use_id: "c1",
          content: { type: "bash_code_execution_result", stdout: "a", stderr: "", return_code: 0, content: [] },
        },
      ],
      [
        asked("c1", "bash_code_execution", { command: "ls" }),
        gave("c1", { type: "bash_code_execution_result", stdout: "a", stderr: "", return_code: 0, content: [] }),
      ],
    ],
    [
      "a tool of an MCP server",
      [
        { type: "mcp_tool_use", id: "m1", name: "find", server_name: "shop", input: { type: "tent" } },
        { type: "mcp_tool_result", tool_use_id: "m1", is_error: false, content: [{ type: "text", text: "two" }] },
      ],
      [asked("m1", "find", { type: "tent" }), gave("m1", "two")],
    ],
    [
      "a tool of an MCP server that failed",
      [{ type: "mcp_tool_result", tool_use_id: "m1", is_error: true, content: [{ type: "text", text: "down" }] }],
      [failed("m1", "down")],
    ],
  ];

  it.each(blocks)("tells of %s", (_what, content, tools) => {
    expect(toolsIn(readMessage({ content: [...content, { type: "text", text: "hi" }] }).output[0])).toEqual(tools);
    expect(toolsIn(fromAnthropic({ role: "assistant", content })[0])).toEqual(tools);
    expect(toolsIn(fromLangChain({ type: "ai", content }))).toEqual(tools);
  });

  it.each(blocks)("tells of %s in a stream", (_what, content, tools) => {
    const events = content.flatMap((block, index) => {
      const { input, ...start } = block as { input?: unknown };
      const json = JSON.stringify(input);
      return [
        { type: "content_block_start", index, content_block: input === undefined ? start : { ...start, input: {} } },
        ...(input === undefined ? [] : [json.slice(0, 5), json.slice(5)]).map((partial_json) => ({
          type: "content_block_delta",
          index,
          delta: { type: "input_json_delta", partial_json },
        })),
      ];
    });
    expect(toolsIn(streamed(createMessageStreamReader(), ...events))).toEqual(tools);
  });
});

describe("Bedrock's Converse", () => {
  const use = { toolUseId: "n1", name: "nova_grounding", type: "server_tool_use" };
  const result = { toolUseId: "n1", type: "nova_grounding_result", status: "success" };
  const tools = [asked("n1", "nova_grounding", { query: "tents" }), gave("n1", "two tents")];

  it("tells of a tool that AWS ran", () => {
    const content = [
      { toolUse: { ...use, input: { query: "tents" } } },
      { toolResult: { ...result, content: [{ text: "two tents" }] } },
      { text: "hi" },
    ];
    expect(toolsIn(readConverse({ output: { message: { content } } }).output[0])).toEqual(tools);
  });

  it("tells of it in a stream", () => {
    const message = streamed(
      createConverseStreamReader(),
      { contentBlockStart: { contentBlockIndex: 0, start: { toolUse: use } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '{"query":' } } } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { toolUse: { input: '"tents"}' } } } },
      { contentBlockStart: { contentBlockIndex: 1, start: { toolResult: result } } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { toolResult: [{ text: "two " }] } } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { toolResult: [{ text: "tents" }] } } },
    );
    expect(toolsIn(message)).toEqual(tools);
  });
});

describe("Gemini", () => {
  const chunks = [{ web: { uri: "https://a.example", title: "A" } }];
  const candidates: readonly (readonly [
    what: string,
    candidate: Record<string, unknown>,
    tools: readonly unknown[],
  ])[] = [
    [
      "code that it ran",
      {
        content: {
          parts: [
            { executableCode: { language: "PYTHON", code: "print(1)" } },
            { codeExecutionResult: { outcome: "OUTCOME_OK", output: "1\n" } },
            { text: "One." },
          ],
        },
      },
      [asked(undefined, "code_execution", { language: "PYTHON", code: "print(1)" }), gave(undefined, "1\n")],
    ],
    [
      "code that failed",
      {
        content: {
          parts: [{ codeExecutionResult: { id: "c", outcome: "OUTCOME_FAILED", output: "ZeroDivisionError" } }],
        },
      },
      [failed("c", "ZeroDivisionError")],
    ],
    [
      "a search",
      {
        content: { parts: [{ text: "hi" }] },
        groundingMetadata: {
          webSearchQueries: ["tents"],
          groundingChunks: chunks,
          searchEntryPoint: { renderedContent: "<b>" },
        },
      },
      [asked(undefined, "google_search", { queries: ["tents"] }), gave(undefined, chunks)],
    ],
    ["a search that it did not make", { content: { parts: [{ text: "hi" }] }, groundingMetadata: {} }, []],
    [
      "places",
      { content: { parts: [{ text: "hi" }] }, groundingMetadata: { groundingChunks: [{ maps: { title: "Faro" } }] } },
      [asked(undefined, "google_maps", { queries: [] }), gave(undefined, [{ maps: { title: "Faro" } }])],
    ],
    [
      "pages that it read",
      {
        content: { parts: [{ text: "hi" }] },
        urlContextMetadata: { urlMetadata: [{ retrievedUrl: "https://a.example", urlRetrievalStatus: "OK" }] },
      },
      [
        asked(undefined, "url_context", { urls: ["https://a.example"] }),
        gave(undefined, [{ retrievedUrl: "https://a.example", urlRetrievalStatus: "OK" }]),
      ],
    ],
    [
      "a tool that it ran, and not again what grounds the answer",
      {
        content: {
          parts: [
            { toolCall: { id: "t1", toolType: "GOOGLE_SEARCH_WEB", args: { queries: ["tents"] } } },
            { toolResponse: { id: "t1", toolType: "GOOGLE_SEARCH_WEB", response: { found: 2 } } },
          ],
        },
        groundingMetadata: { webSearchQueries: ["tents"], groundingChunks: chunks },
      },
      [asked("t1", "google_search_web", { queries: ["tents"] }), gave("t1", { found: 2 })],
    ],
  ];

  it.each(candidates)("tells of %s", (_what, candidate, tools) => {
    expect(toolsIn(readGenerateContent({ candidates: [candidate] }).output[0])).toEqual(tools);
  });

  it.each(candidates)("tells of %s in a stream, whose last piece says what was found", (_what, candidate, tools) => {
    const { content, ...last } = candidate as { content: { parts: object[] } };
    const message = streamed(
      createGenerateStreamReader(),
      ...content.parts.map((part) => ({ candidates: [{ content: { parts: [part] } }] })),
      { candidates: [last] },
    );
    expect(toolsIn(message)).toEqual(tools);
  });
});

describe("the AI SDK", () => {
  const call = {
    type: "tool-call",
    toolCallId: "s1",
    toolName: "web_search",
    input: '{"query":"tents"}',
    providerExecuted: true,
  };
  const result = { type: "tool-result", toolCallId: "s1", toolName: "web_search", result: { found: 2 } };
  const tools = [asked("s1", "web_search", { query: "tents" }), gave("s1", { found: 2 })];

  it("tells of a tool that the provider ran", () => {
    expect(toolsIn(readModelAnswer({ content: [call, result, { type: "text", text: "hi" }] }).output[0])).toEqual(
      tools,
    );
    const output = { type: "json", value: { found: 2 } };
    const { result: _result, ...told } = result;
    expect(toolsIn(fromAiSdk({ role: "assistant", content: [call, { ...told, output }] }))).toEqual(tools);
  });

  it("tells of it in a stream, in which the last result counts", () => {
    const preliminary = { ...result, result: { found: 1 }, preliminary: true };
    expect(toolsIn(streamed(createModelStreamReader(), call, preliminary, result))).toEqual(tools);
  });

  it("tells of one that failed", () => {
    const content = [call, { ...result, result: "no more searches", isError: true }];
    expect(toolsIn(readModelAnswer({ content }).output[0])).toEqual([tools[0], failed("s1", "no more searches")]);
  });
});

it("LangChain's own form tells of a tool that the provider ran", () => {
  const content = [
    { type: "server_tool_call", id: "s1", name: "web_search", args: { query: "tents" } },
    { type: "server_tool_call_result", toolCallId: "s1", status: "success", output: { found: 2 } },
    { type: "server_tool_call_result", toolCallId: "s2", status: "error", output: "down" },
  ];
  const tools = [asked("s1", "web_search", { query: "tents" }), gave("s1", { found: 2 }), failed("s2", "down")];
  expect(toolsIn(fromLangChain({ type: "ai", content }))).toEqual(tools);
});
