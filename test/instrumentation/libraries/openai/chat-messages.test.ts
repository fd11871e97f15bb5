import { expect, it } from "vitest";
import { readChatCompletion } from "../../../../instrumentation/src/libraries/openai/chat-answer.ts";
import { toMessage } from "../../../../instrumentation/src/libraries/openai/chat-messages.ts";
import { createChatStreamReader } from "../../../../instrumentation/src/libraries/openai/chat-stream.ts";
import { toToolDefinitions } from "../../../../instrumentation/src/libraries/openai/tool-definitions.ts";

const text = (content: string): object => ({ type: "text", content });

it.each([
  { name: "a text", message: { role: "user", content: "hi" }, parts: [text("hi")] },
  { name: "an empty text", message: { role: "assistant", content: "" }, parts: [] },
  {
    name: "text parts, an image and a file",
    message: {
      role: "user",
      content: [
        { type: "text", text: "look" },
        { type: "image_url", image_url: { url: "https://example.com/a.png" } },
        { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
        { type: "input_audio", input_audio: { data: "BBBBBB", format: "wav" } },
        { type: "file", file: { file_data: "secret bytes" } },
      ],
    },
    parts: [
      text("look"),
      { type: "uri", modality: "image", uri: "https://example.com/a.png" },
      { type: "blob", modality: "image", mime_type: "image/png", size: 4 },
      { type: "blob", modality: "audio", size: 6 },
      { type: "provider_item", item_type: "file" },
    ],
  },
  { name: "a refusal", message: { role: "assistant", content: null, refusal: "no" }, parts: [text("no")] },
  {
    name: "reasoning of other servers",
    message: { role: "assistant", reasoning_content: "hm", content: "so" },
    parts: [{ type: "reasoning", content: "hm" }, text("so")],
  },
  {
    name: "tool calls, with arguments that are JSON and that are not",
    message: {
      role: "assistant",
      tool_calls: [
        { id: "1", type: "function", function: { name: "a", arguments: '{"x":1}' } },
        { id: "2", type: "function", function: { name: "b", arguments: '{"x":' } },
        { id: "3", type: "custom", custom: { name: "c", input: "free text" } },
      ],
    },
    parts: [
      { type: "tool_call", id: "1", name: "a", arguments: { x: 1 } },
      { type: "tool_call", id: "2", name: "b", arguments: '{"x":' },
      { type: "tool_call", id: "3", name: "c", arguments: "free text" },
    ],
  },
  {
    name: "the function call of old",
    message: { role: "assistant", function_call: { name: "a", arguments: "{}" } },
    parts: [{ type: "tool_call", name: "a", arguments: {} }],
  },
  {
    name: "a tool's answer in parts",
    message: {
      role: "tool",
      tool_call_id: "1",
      content: [
        { type: "text", text: "a" },
        { type: "text", text: "b" },
      ],
    },
    parts: [{ type: "tool_call_response", id: "1", response: "ab" }],
  },
  { name: "nonsense", message: 42, parts: [] },
])("reads $name", ({ message, parts }) => {
  expect(toMessage(message).parts).toEqual(parts);
});

it("reads a stream as it reads the whole, whatever is missing from its chunks", () => {
  const reader = createChatStreamReader();
  const delta = (delta: object | undefined, finish_reason?: string): object => ({
    id: "x",
    choices: [{ index: 0, delta, finish_reason }],
  });
  for (const chunk of [
    { choices: [] },
    delta({ role: "assistant", content: "a" }),
    delta(undefined),
    delta({ tool_calls: [{ index: 1, id: "2", function: { name: "second", arguments: '{"b"' } }] }),
    delta({ tool_calls: [{ index: 0, id: "1", function: { name: "first", arguments: "{}" } }] }),
    delta({ tool_calls: [{ index: 1, function: { arguments: ":2}" } }] }),
    undefined,
  ]) {
    reader.add(chunk);
    expect(reader.isComplete()).toBe(false);
  }
  reader.add(delta({}, "tool_calls"));
  expect(reader.isComplete()).toBe(true);
  expect(reader.answer()).toEqual(
    readChatCompletion({
      id: "x",
      choices: [
        {
          finish_reason: "tool_calls",
          message: {
            content: "a",
            tool_calls: [
              { id: "1", function: { name: "first", arguments: "{}" } },
              { id: "2", function: { name: "second", arguments: '{"b":2}' } },
            ],
          },
        },
      ],
    }),
  );
});

it("writes tool definitions of both APIs alike", () => {
  const parameters = { type: "object" };
  const chat = [{ type: "function", function: { name: "a", description: "d", parameters } }];
  const responses = [{ type: "function", name: "a", description: "d", parameters }, { type: "web_search" }];
  expect(JSON.parse(JSON.stringify(toToolDefinitions(chat)))).toEqual(responses.slice(0, 1));
  expect(toToolDefinitions(responses)).toEqual(responses);
});
