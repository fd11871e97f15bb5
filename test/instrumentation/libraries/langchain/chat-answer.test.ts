import { AIMessage, AIMessageChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { readGenerations } from "../../../../instrumentation/src/libraries/langchain/chat-answer.ts";
import { createMessageStreamReader } from "../../../../instrumentation/src/libraries/langchain/message-stream.ts";
import { createTextStreamReader } from "../../../../instrumentation/src/libraries/langchain/text-stream.ts";

const attributesOf = (message: AIMessage): object =>
  readGenerations({ generations: [[{ text: "", message }]] }, 0).attributes;
const tokens = (input: number, cached: number): object => ({
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": 5,
  "gen_ai.usage.cache_read.input_tokens": cached,
});
/** The type of the constructor's fields does not know the property. */
const withUsage = <M extends AIMessage>(message: M, usage_metadata: object): M =>
  Object.assign(message, { usage_metadata });
const usage = (input: number, cached: number) => ({
  input_tokens: input,
  output_tokens: 5,
  total_tokens: input + 5,
  input_token_details: { cache_read: cached },
});

describe("what a model answered", () => {
  it.each([
    { name: "OpenAI's", metadata: { finish_reason: "stop" }, reason: "stop" },
    { name: "Anthropic's", metadata: { stop_reason: "end_turn" }, reason: "end_turn" },
    { name: "Bedrock's", metadata: { stopReason: "tool_use" }, reason: "tool_use" },
    { name: "Google's", metadata: { finishReason: "STOP" }, reason: "STOP" },
    { name: "Ollama's", metadata: { done_reason: "stop" }, reason: "stop" },
    { name: "the Responses API's status", metadata: { status: "completed" }, reason: "stop" },
  ])("has a finish reason: $name", ({ metadata, reason }) => {
    const answer = readGenerations(
      { generations: [[{ message: new AIMessage({ content: "hi", response_metadata: metadata }) }]] },
      0,
    );
    expect(answer.attributes).toEqual({ "gen_ai.response.finish_reasons": [reason] });
    expect(answer.output).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "hi" }], finish_reason: reason },
    ]);
  });

  it("has tokens, the cached ones in the input", () => {
    expect(attributesOf(withUsage(new AIMessage(""), usage(40, 16)))).toEqual(tokens(40, 16));
  });

  it.each([
    {
      name: "it is Anthropic's own count",
      response_metadata: { usage: { input_tokens: 40, cache_read_input_tokens: 16 } },
    },
    { name: "it is too small", response_metadata: {}, input: 10 },
  ])("has tokens whose cached ones are not in the input when $name", ({ response_metadata, input = 40 }) => {
    const message = withUsage(new AIMessage({ content: "", response_metadata }), usage(input, 16));
    expect(attributesOf(message)).toMatchObject(tokens(input + 16, 16));
  });

  it("has the tokens of models older than `usage_metadata`", () => {
    const response_metadata = { tokenUsage: { promptTokens: 7, completionTokens: 3, totalTokens: 10 } };
    expect(attributesOf(new AIMessage({ content: "", response_metadata }))).toEqual({
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.output_tokens": 3,
    });
  });

  it.each([
    { id: "chatcmpl-1", expected: "chatcmpl-1" },
    { id: "run-0199", expected: undefined },
    { id: "lc_run-0199", expected: undefined },
  ])("has the provider's id, not LangChain's: $id", ({ id, expected }) => {
    expect(attributesOf(new AIMessage({ content: "", id }))).toEqual(
      expected === undefined ? {} : { "gen_ai.response.id": expected },
    );
  });

  it("is put together from what was streamed, where every chunk says everything", () => {
    const reader = createMessageStreamReader();
    const metadata = { model_name: "m", finish_reason: null };
    reader.add(new AIMessageChunk({ content: "Let me ", id: "chatcmpl-1", response_metadata: metadata }));
    reader.add(new AIMessageChunk({ content: "look.", id: "chatcmpl-1", response_metadata: metadata }));
    expect(reader.isComplete()).toBe(false);
    const pieces = ['{"city":', '"Faro"}'];
    for (const [index, args] of pieces.entries()) {
      const names = index === 0 ? { id: "call_1", name: "weather" } : {};
      reader.add(new AIMessageChunk({ content: "", tool_call_chunks: [{ ...names, args, index: 0 }] }));
    }
    const last = { model_name: "m", finish_reason: "tool_calls" };
    reader.add(withUsage(new AIMessageChunk({ content: "", response_metadata: last }), usage(40, 16)));
    expect(reader.isComplete()).toBe(true);
    expect(reader.answer()).toEqual({
      attributes: {
        "gen_ai.response.id": "chatcmpl-1",
        "gen_ai.response.model": "m",
        "gen_ai.response.finish_reasons": ["tool_calls"],
        ...tokens(40, 16),
      },
      output: [
        {
          role: "assistant",
          parts: [
            { type: "text", content: "Let me look." },
            { type: "tool_call", id: "call_1", name: "weather", arguments: { city: "Faro" } },
          ],
          finish_reason: "tool_calls",
        },
      ],
    });
  });

  it("joins reasoning and text, adds up tokens and keeps what was said once", () => {
    const reader = createMessageStreamReader();
    for (const reasoning_content of ["six ", "times seven"]) {
      reader.add(new AIMessageChunk({ content: "", additional_kwargs: { reasoning_content } }));
    }
    reader.add(withUsage(new AIMessageChunk({ content: [{ type: "text", text: "4", index: 0 }] }), usage(40, 16)));
    const added = { input_tokens: 0, output_tokens: 2, total_tokens: 2 };
    reader.add(withUsage(new AIMessageChunk({ content: [{ type: "text", text: "2", index: 0 }] }), added));
    expect(reader.answer()).toEqual({
      attributes: { ...tokens(40, 16), "gen_ai.usage.output_tokens": 7 },
      output: [
        {
          role: "assistant",
          parts: [
            { type: "reasoning", content: "six times seven" },
            { type: "text", content: "42" },
          ],
        },
      ],
    });
  });

  it("is whole where a model does not stream", () => {
    const reader = createMessageStreamReader();
    const response_metadata = { finish_reason: "tool_calls" };
    reader.add(
      new AIMessage({ content: "", tool_calls: [{ id: "call_1", name: "now", args: {} }], response_metadata }),
    );
    expect(reader.isComplete()).toBe(true);
    expect(reader.answer().output).toEqual([
      {
        role: "assistant",
        parts: [{ type: "tool_call", id: "call_1", name: "now", arguments: {} }],
        finish_reason: "tool_calls",
      },
    ]);
  });

  it("is nothing before anything was streamed", () => {
    expect(createMessageStreamReader().answer()).toEqual({ attributes: {}, output: [] });
    expect(createTextStreamReader().answer()).toEqual({ attributes: {}, output: [] });
  });

  it("is a text of a model that completes one, with the tokens if they are of that text alone", () => {
    const llmOutput = { tokenUsage: { promptTokens: 7, completionTokens: 3 } };
    const [one, other] = [
      [{ text: "one", generationInfo: { finish_reason: "stop" } }],
      [{ text: "other", generationInfo: { finish_reason: "length" } }],
    ];
    const output = [{ role: "assistant", parts: [{ type: "text", content: "other" }], finish_reason: "length" }];
    expect(readGenerations({ generations: [other], llmOutput }, 0)).toEqual({
      attributes: {
        "gen_ai.response.finish_reasons": ["length"],
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.usage.output_tokens": 3,
      },
      output,
    });
    expect(readGenerations({ generations: [one, other], llmOutput }, 1)).toEqual({
      attributes: { "gen_ai.response.finish_reasons": ["length"] },
      output,
    });
  });
});
