import { expect, it } from "vitest";
import { readResponse } from "../../../../instrumentation/src/libraries/openai/response-answer.ts";
import { toMessages } from "../../../../instrumentation/src/libraries/openai/response-items.ts";
import { createResponseStreamReader } from "../../../../instrumentation/src/libraries/openai/response-stream.ts";

const text = (content: string): object => ({ type: "text", content });

it("makes one message of what the assistant said and asked for between two others", () => {
  const items = [
    { role: "developer", content: "be brief" },
    {
      type: "message",
      role: "user",
      content: [
        { type: "input_text", text: "hi" },
        { type: "input_image", image_url: "http://a/b.png" },
      ],
    },
    { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "hm" }], encrypted_content: "xyz" },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "let me see" }] },
    { type: "function_call", id: "fc_1", call_id: "call_1", name: "a", arguments: '{"x":1}' },
    { type: "web_search_call", id: "ws_1", status: "completed", action: { query: "tents" } },
    { type: "function_call_output", call_id: "call_1", output: [{ type: "input_text", text: "1" }] },
    { type: "mcp_call", id: "mcp_1", name: "b", arguments: "{}", output: "2" },
    { type: "item_reference", id: "msg_9" },
  ];
  expect(toMessages(items)).toEqual([
    { role: "developer", parts: [text("be brief")] },
    { role: "user", parts: [text("hi"), { type: "uri", modality: "image", uri: "http://a/b.png" }] },
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "hm" },
        text("let me see"),
        { type: "tool_call", id: "call_1", name: "a", arguments: { x: 1 } },
        {
          type: "server_tool_call",
          id: "ws_1",
          name: "web_search",
          server_tool_call: { type: "web_search", query: "tents" },
        },
      ],
    },
    { role: "tool", parts: [{ type: "tool_call_response", id: "call_1", response: "1" }] },
    {
      role: "assistant",
      parts: [
        { type: "server_tool_call", id: "mcp_1", name: "b", server_tool_call: { type: "b" } },
        {
          type: "server_tool_call_response",
          id: "mcp_1",
          server_tool_call_response: { type: "b", result: "2" },
        },
        { type: "provider_item", item_type: "item_reference", id: "msg_9" },
      ],
    },
  ]);
});

it.each([
  { response: { status: "completed", output: [] }, reasons: ["stop"] },
  { response: { status: "completed", output: [{ type: "function_call" }] }, reasons: ["tool_calls"] },
  { response: { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } }, reasons: ["length"] },
  { response: { status: "incomplete", incomplete_details: { reason: "content_filter" } }, reasons: ["content_filter"] },
  { response: { status: "in_progress" }, reasons: undefined },
])("says why it ended: $reasons", ({ response, reasons }) => {
  expect(readResponse(response).attributes["gen_ai.response.finish_reasons"]).toEqual(reasons);
});

it("takes a failed response for an error", () => {
  const { error } = readResponse({ status: "failed", error: { code: "server_error", message: "out of order" } });
  expect(error?.message).toBe("out of order");
});

it("has of a broken stream what had arrived", () => {
  const reader = createResponseStreamReader();
  const item = { type: "function_call", call_id: "call_1", name: "a", arguments: "{}" };
  for (const event of [
    { type: "response.created", response: { id: "resp_1", model: "m", status: "in_progress", output: [] } },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.output_text.delta", delta: "half a " },
    { type: "response.output_text.delta", delta: "sentence" },
  ]) {
    reader.add(event);
  }
  expect(reader.isComplete()).toBe(false);
  expect(reader.answer()).toMatchObject({
    attributes: { "gen_ai.response.id": "resp_1" },
    output: [
      {
        role: "assistant",
        parts: [{ type: "tool_call", id: "call_1", name: "a", arguments: {} }, text("half a sentence")],
      },
    ],
  });
});
