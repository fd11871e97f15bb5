import { expect, it } from "vitest";
import { readModelAnswer } from "../../../../instrumentation/src/libraries/vercel-ai/model-answer.ts";

const weather = { type: "tool_call", id: "a", name: "weather", arguments: { city: "Faro" } };
const response = { id: "response-1", modelId: "model-2026", timestamp: new Date(0) };
const answered = { "gen_ai.response.id": "response-1", "gen_ai.response.model": "model-2026" };

it.each([
  {
    version: 1,
    result: {
      text: "Let me look.",
      reasoning: [{ type: "text", text: "Hm.", signature: "s" }],
      toolCalls: [{ toolCallType: "function", toolCallId: "a", toolName: "weather", args: '{"city":"Faro"}' }],
      finishReason: "tool-calls",
      usage: { promptTokens: 10, completionTokens: 5 },
      providerMetadata: { openai: { cachedPromptTokens: 4, reasoningTokens: 2 } },
      response,
    },
  },
  {
    version: 2,
    result: {
      content: [
        { type: "reasoning", text: "Hm." },
        { type: "text", text: "Let me look." },
        { type: "tool-call", toolCallId: "a", toolName: "weather", input: '{"city":"Faro"}' },
      ],
      finishReason: "tool-calls",
      usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15, cachedInputTokens: 4, reasoningTokens: 2 },
      response,
    },
  },
  {
    version: 3,
    result: {
      content: [
        { type: "reasoning", text: "Hm." },
        { type: "text", text: "Let me look." },
        { type: "tool-call", toolCallId: "a", toolName: "weather", input: '{"city":"Faro"}' },
      ],
      finishReason: { unified: "tool-calls", raw: "tool_calls" },
      usage: {
        inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: undefined },
        outputTokens: { total: 5, text: 3, reasoning: 2 },
      },
      response,
    },
  },
])("reads what a model of version $version generates", ({ result }) => {
  expect(readModelAnswer(result)).toEqual({
    attributes: {
      ...answered,
      "gen_ai.response.finish_reasons": ["tool_calls"],
      "gen_ai.usage.input_tokens": 10,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.usage.cache_read.input_tokens": 4,
      "gen_ai.usage.reasoning.output_tokens": 2,
    },
    output: [
      {
        role: "assistant",
        parts: [{ type: "reasoning", content: "Hm." }, { type: "text", content: "Let me look." }, weather],
        finish_reason: "tool_calls",
      },
    ],
  });
});

it.each([
  {
    usage: { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4 },
    providerMetadata: { anthropic: { cacheCreationInputTokens: 3 } },
  },
  {
    usage: { promptTokens: 10, completionTokens: 5 },
    providerMetadata: { anthropic: { cacheReadInputTokens: 4, cacheCreationInputTokens: 3 } },
  },
])("counts cached input as input where Anthropic does not: $usage", (result) => {
  expect(readModelAnswer(result).attributes).toEqual({
    "gen_ai.usage.input_tokens": 17,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.usage.cache_read.input_tokens": 4,
    "gen_ai.usage.cache_creation.input_tokens": 3,
  });
});

it("leaves out what the provider did not count", () => {
  expect(readModelAnswer({ usage: { promptTokens: Number.NaN, completionTokens: Number.NaN } }).attributes).toEqual({});
});

it.each([undefined, null, 7, { content: [null] }, { usage: 7, finishReason: 7 }])(
  "does not stumble over %j",
  (result) => {
    expect(() => readModelAnswer(result)).not.toThrow();
  },
);
