import { describe, expect, it } from "vitest";
import {
  createModelStreamReader,
  isAnswerPart,
} from "../../../../instrumentation/src/libraries/vercel-ai/model-stream.ts";

function read(parts: readonly object[]) {
  const reader = createModelStreamReader();
  for (const part of parts) reader.add(part);
  return { answer: reader.answer(), isComplete: reader.isComplete() };
}

const weather = { type: "tool_call", id: "a", name: "weather", arguments: { city: "Faro" } };
const metadata = { type: "response-metadata", id: "response-1", modelId: "model-2026" };

const streams = [
  {
    version: 1,
    parts: [
      metadata,
      { type: "reasoning", textDelta: "H" },
      { type: "reasoning", textDelta: "m." },
      { type: "reasoning-signature", signature: "s" },
      { type: "text-delta", textDelta: "Let me " },
      { type: "text-delta", textDelta: "look." },
      { type: "tool-call-delta", toolCallId: "a", toolName: "weather", argsTextDelta: '{"city"' },
      { type: "tool-call-delta", toolCallId: "a", toolName: "weather", argsTextDelta: ':"Faro"}' },
      { type: "tool-call", toolCallId: "a", toolName: "weather", args: '{"city":"Faro"}' },
      { type: "finish", finishReason: "tool-calls", usage: { promptTokens: 10, completionTokens: 5 } },
    ],
  },
  {
    version: 3,
    parts: [
      { type: "stream-start", warnings: [] },
      metadata,
      { type: "reasoning-start", id: "r" },
      { type: "reasoning-delta", id: "r", delta: "H" },
      { type: "reasoning-delta", id: "r", delta: "m." },
      { type: "reasoning-end", id: "r" },
      { type: "text-start", id: "t" },
      { type: "text-delta", id: "t", delta: "Let me " },
      { type: "text-delta", id: "t", delta: "look." },
      { type: "text-end", id: "t" },
      { type: "tool-input-start", id: "a", toolName: "weather" },
      { type: "tool-input-delta", id: "a", delta: '{"city":"Faro"}' },
      { type: "tool-input-end", id: "a" },
      { type: "tool-call", toolCallId: "a", toolName: "weather", input: '{"city":"Faro"}' },
      {
        type: "finish",
        finishReason: { unified: "tool-calls", raw: "tool_calls" },
        usage: { inputTokens: { total: 10 }, outputTokens: { total: 5 } },
      },
    ],
  },
];

describe.each(streams)("a stream of version $version", ({ parts }) => {
  it("is put together", () => {
    expect(read(parts)).toEqual({
      isComplete: true,
      answer: {
        attributes: {
          "gen_ai.response.id": "response-1",
          "gen_ai.response.model": "model-2026",
          "gen_ai.response.finish_reasons": ["tool_calls"],
          "gen_ai.usage.input_tokens": 10,
          "gen_ai.usage.output_tokens": 5,
        },
        output: [
          {
            role: "assistant",
            parts: [{ type: "reasoning", content: "Hm." }, { type: "text", content: "Let me look." }, weather],
            finish_reason: "tool_calls",
          },
        ],
      },
    });
  });

  it("is known as far as it has come", () => {
    const cut = parts.findIndex(({ type }) => type === "tool-call");
    const { answer, isComplete } = read(parts.slice(0, cut));
    expect(isComplete).toBe(false);
    expect(answer.output[0]?.parts).toEqual([
      { type: "reasoning", content: "Hm." },
      { type: "text", content: "Let me look." },
      weather,
    ]);
  });
});

it("keeps texts apart that the model wrote apart, in their order", () => {
  const { answer } = read([
    { type: "text-delta", id: "1", delta: "one" },
    { type: "source", id: "s", sourceType: "url", url: "https://a.example" },
    { type: "text-delta", id: "2", delta: "two" },
  ]);
  expect(answer.output[0]?.parts).toEqual([
    { type: "text", content: "one" },
    { type: "provider_item", item_type: "source", id: "s" },
    { type: "text", content: "two" },
  ]);
});

it.each([
  { error: new RangeError("too long"), message: "too long" },
  { error: "overloaded", message: "overloaded" },
  { error: { type: "overloaded_error", message: "Overloaded" }, message: "Overloaded" },
])("has failed when it says so: $error", ({ error, message }) => {
  const { answer, isComplete } = read([
    { type: "text-delta", id: "1", delta: "one" },
    { type: "error", error },
  ]);
  expect(isComplete).toBe(true);
  expect(answer.error).toBeInstanceOf(Error);
  expect(answer.error?.message).toBe(message);
  expect(answer.output[0]?.parts).toEqual([{ type: "text", content: "one" }]);
});

it("does not take the beginning of a stream for an answer", () => {
  expect(["stream-start", "ping", "raw", "text-delta"].map((type) => isAnswerPart({ type }))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
