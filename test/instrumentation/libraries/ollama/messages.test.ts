import { expect, it } from "vitest";
import { createAnswerStreamReader } from "../../../../instrumentation/src/libraries/ollama/answer-stream.ts";
import { readChat, readGenerate } from "../../../../instrumentation/src/libraries/ollama/answer.ts";
import { toMessage } from "../../../../instrumentation/src/libraries/ollama/messages.ts";

const text = (content: string): object => ({ type: "text", content });
const call = (city: string): object => ({ function: { name: "get_weather", arguments: { city } } });

it.each([
  { name: "a text", message: { role: "user", content: "hi" }, parts: [text("hi")] },
  {
    name: "images",
    message: { role: "user", content: "look", images: ["AAAA"] },
    parts: [text("look"), { type: "blob", modality: "image", size: 4 }],
  },
  {
    name: "a thought and tool calls without ids",
    message: { role: "assistant", content: "", thinking: "hm", tool_calls: [call("Faro"), call("Lagos")] },
    parts: [
      { type: "reasoning", content: "hm" },
      { type: "tool_call", name: "get_weather", arguments: { city: "Faro" } },
      { type: "tool_call", name: "get_weather", arguments: { city: "Lagos" } },
    ],
  },
  {
    name: "the ids of newer servers",
    message: { role: "assistant", content: "", tool_calls: [{ id: "call_1", ...call("Faro") }] },
    parts: [{ type: "tool_call", id: "call_1", name: "get_weather", arguments: { city: "Faro" } }],
  },
  {
    name: "a tool's answer",
    message: { role: "tool", tool_name: "get_weather", tool_call_id: "call_1", content: "sunny" },
    parts: [{ type: "tool_call_response", id: "call_1", response: "sunny" }],
  },
  { name: "nonsense", message: 42, parts: [] },
])("reads $name", ({ message, parts }) => {
  expect(toMessage(message).parts).toEqual(parts);
});

const counts = { model: "m", done: true, done_reason: "stop", prompt_eval_count: 10, eval_count: 5 };

it("reads a streamed chat as it reads the whole", () => {
  const reader = createAnswerStreamReader(readChat);
  for (const message of [
    { role: "assistant", content: "", thinking: "let me " },
    { role: "assistant", content: "", thinking: "think" },
    { role: "assistant", content: "One " },
    { role: "assistant", content: "moment." },
    { role: "assistant", content: "", tool_calls: [call("Faro")] },
    { role: "assistant", content: "", tool_calls: [call("Lagos")] },
    undefined,
  ]) {
    reader.add({ model: "m", message, done: false });
    expect(reader.isComplete()).toBe(false);
  }
  reader.add({ ...counts, message: { role: "assistant", content: "" } });
  expect(reader.isComplete()).toBe(true);
  const message = {
    role: "assistant",
    content: "One moment.",
    thinking: "let me think",
    tool_calls: [call("Faro"), call("Lagos")],
  };
  expect(reader.answer()).toEqual(readChat({ ...counts, message }));
});

it("reads a streamed completion as it reads the whole", () => {
  const reader = createAnswerStreamReader(readGenerate);
  reader.add({ model: "m", response: "", thinking: "hm", done: false });
  reader.add({ model: "m", response: "Hel", done: false });
  reader.add({ ...counts, response: "lo." });
  expect(reader.answer()).toEqual(readGenerate({ ...counts, response: "Hello.", thinking: "hm" }));
  expect(reader.answer()).toEqual({
    attributes: {
      "gen_ai.response.model": "m",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
    },
    output: [
      { role: "assistant", parts: [{ type: "reasoning", content: "hm" }, text("Hello.")], finish_reason: "stop" },
    ],
  });
});
