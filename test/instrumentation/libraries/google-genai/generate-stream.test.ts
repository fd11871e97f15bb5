import { expect, it } from "vitest";
import { readGenerateContent } from "../../../../instrumentation/src/libraries/google-genai/generate-answer.ts";
import { createGenerateStreamReader } from "../../../../instrumentation/src/libraries/google-genai/generate-stream.ts";

const piece = (part: object, finishReason?: string, index = 0): object => ({
  responseId: "r",
  modelVersion: "m",
  candidates: [{ index, content: { role: "model", parts: [part] }, finishReason }],
});

it("reads a stream as it reads the whole, whatever is missing from its chunks", () => {
  const reader = createGenerateStreamReader();
  const call = { functionCall: { id: "1", name: "a", args: { x: 1 } } };
  for (const chunk of [
    {},
    piece({ text: "let me ", thought: true }),
    piece({ text: "think", thought: true }),
    piece({ text: "One " }),
    { ...piece({ text: "moment." }), usageMetadata: { promptTokenCount: 1 } },
    piece(call),
    { candidates: [{ index: 0 }] },
    undefined,
  ]) {
    reader.add(chunk);
    expect(reader.isComplete()).toBe(false);
  }
  reader.add({ ...piece({ text: "Done." }, "STOP"), usageMetadata: { promptTokenCount: 9, thoughtsTokenCount: 2 } });
  expect(reader.isComplete()).toBe(true);
  const parts = [{ text: "let me think", thought: true }, { text: "One moment." }, call, { text: "Done." }];
  expect(reader.answer()).toEqual(
    readGenerateContent({
      responseId: "r",
      modelVersion: "m",
      candidates: [{ content: { parts }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 9, thoughtsTokenCount: 2 },
    }),
  );
});

it("is complete when every candidate is", () => {
  const reader = createGenerateStreamReader();
  reader.add(piece({ text: "a" }, "STOP", 0));
  reader.add(piece({ text: "b" }, undefined, 1));
  expect(reader.isComplete()).toBe(false);
  reader.add(piece({ text: "!" }, "MAX_TOKENS", 1));
  expect(reader.isComplete()).toBe(true);
  expect(reader.answer().output.map(({ parts, finish_reason }) => [parts, finish_reason])).toEqual([
    [[{ type: "text", content: "a" }], "stop"],
    [[{ type: "text", content: "b!" }], "length"],
  ]);
});

it("is complete when the prompt was refused", () => {
  const reader = createGenerateStreamReader();
  reader.add({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 4 } });
  expect(reader.isComplete()).toBe(true);
  expect(reader.answer()).toEqual({
    attributes: { "gen_ai.response.finish_reasons": ["content_filter"], "gen_ai.usage.input_tokens": 4 },
    output: [],
  });
});

it.each([
  {
    usage: { promptTokenCount: 100, cachedContentTokenCount: 80, candidatesTokenCount: 7, thoughtsTokenCount: 30 },
    counted: { input: 100, output: 37, cached: 80, reasoning: 30 },
  },
  {
    usage: { promptTokenCount: 10, toolUsePromptTokenCount: 90, candidatesTokenCount: 7 },
    counted: { input: 100, output: 7 },
  },
  { usage: { promptTokenCount: 10 }, counted: { input: 10 } },
  { usage: undefined, counted: {} },
])("counts $usage as $counted", ({ usage, counted }) => {
  const { attributes } = readGenerateContent({ candidates: [], usageMetadata: usage });
  expect({
    input: attributes["gen_ai.usage.input_tokens"],
    output: attributes["gen_ai.usage.output_tokens"],
    cached: attributes["gen_ai.usage.cache_read.input_tokens"],
    reasoning: attributes["gen_ai.usage.reasoning.output_tokens"],
  }).toEqual({ input: undefined, output: undefined, cached: undefined, reasoning: undefined, ...counted });
});

it.each([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["MALFORMED_FUNCTION_CALL", "malformed_function_call"],
])("says %s as %s", (reason, said) => {
  expect(readGenerateContent({ candidates: [{ finishReason: reason }] }).attributes).toEqual({
    "gen_ai.response.finish_reasons": [said],
  });
});
