import { expect, it } from "vitest";
import { bodyFormats } from "../../../../instrumentation/src/libraries/bedrock/body-formats.ts";

const text = (content: string): object => ({ type: "text", content });
const hi = [{ role: "user", parts: [text("hi")] }];
const hello = (finish_reason: string): object[] => [{ role: "assistant", parts: [text("Hello there")], finish_reason }];

/** The bodies of each maker's models, as AWS documents them, and what they say. */
const bodies = [
  {
    name: "Anthropic",
    request: {
      anthropic_version: "bedrock-2023-05-31",
      max_tokens: 9,
      messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
    },
    answer: {
      content: [{ type: "text", text: "Hello there" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 7, output_tokens: 2 },
    },
    chunks: [
      { type: "message_start", message: { usage: { input_tokens: 7, output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello " } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "there" } },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ],
    operation: "chat",
    reason: "end_turn",
  },
  {
    name: "Amazon Nova",
    request: {
      schemaVersion: "messages-v1",
      messages: [{ role: "user", content: [{ text: "hi" }] }],
      inferenceConfig: { max_new_tokens: 9 },
    },
    answer: {
      output: { message: { role: "assistant", content: [{ text: "Hello there" }] } },
      stopReason: "end_turn",
      usage: { inputTokens: 7, outputTokens: 2 },
    },
    chunks: [
      { messageStart: { role: "assistant" } },
      { contentBlockDelta: { delta: { text: "Hello " }, contentBlockIndex: 0 } },
      { contentBlockDelta: { delta: { text: "there" }, contentBlockIndex: 0 } },
      { messageStop: { stopReason: "end_turn" } },
      { metadata: { usage: { inputTokens: 7, outputTokens: 2 } } },
    ],
    operation: "chat",
    reason: "end_turn",
  },
  {
    name: "OpenAI's open models",
    request: { messages: [{ role: "user", content: "hi" }], max_completion_tokens: 9 },
    answer: {
      choices: [{ message: { role: "assistant", content: "Hello there" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 7, completion_tokens: 2 },
    },
    chunks: [
      { choices: [{ index: 0, delta: { role: "assistant", content: "Hello " } }] },
      { choices: [{ index: 0, delta: { content: "there" }, finish_reason: "stop" }] },
      { choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } },
    ],
    operation: "chat",
    reason: "stop",
  },
  {
    name: "Mistral's chat",
    request: { messages: [{ role: "user", content: "hi" }], max_tokens: 9 },
    answer: {
      choices: [{ index: 0, message: { role: "assistant", content: "Hello there" }, stop_reason: "stop" }],
      usage: { prompt_tokens: 7, completion_tokens: 2 },
    },
    chunks: [
      { choices: [{ index: 0, message: { role: "assistant", content: "Hello " }, stop_reason: null }] },
      {
        choices: [{ index: 0, message: { content: "there" }, stop_reason: "stop" }],
        usage: { prompt_tokens: 7, completion_tokens: 2 },
      },
    ],
    operation: "chat",
    reason: "stop",
  },
  {
    name: "Meta Llama",
    request: { prompt: "hi", max_gen_len: 9 },
    answer: { generation: "Hello there", prompt_token_count: 7, generation_token_count: 2, stop_reason: "stop" },
    chunks: [
      { generation: "Hello ", prompt_token_count: 7, generation_token_count: 1, stop_reason: null },
      { generation: "there", prompt_token_count: null, generation_token_count: 2, stop_reason: "stop" },
    ],
    operation: "text_completion",
    reason: "stop",
  },
  {
    name: "Mistral's completion, which does not count",
    request: { prompt: "hi", max_tokens: 9 },
    answer: { outputs: [{ text: "Hello there", stop_reason: "stop" }] },
    chunks: [
      { outputs: [{ text: "Hello ", stop_reason: null }] },
      { outputs: [{ text: "there", stop_reason: "stop" }] },
    ],
    operation: "text_completion",
    reason: "stop",
    isCounted: false,
  },
  {
    name: "Amazon Titan",
    request: { inputText: "hi", textGenerationConfig: { maxTokenCount: 9 } },
    answer: {
      inputTextTokenCount: 7,
      results: [{ tokenCount: 2, outputText: "Hello there", completionReason: "FINISH" }],
    },
    chunks: [
      { outputText: "Hello ", index: 0, inputTextTokenCount: 7, totalOutputTextTokenCount: null },
      { outputText: "there", index: 0, totalOutputTextTokenCount: 2, completionReason: "FINISH" },
    ],
    operation: "text_completion",
    reason: "FINISH",
  },
] as const;

it.each(bodies)("reads the bodies of $name, whole and in chunks", (body) => {
  const { request, answer, chunks, operation, reason } = body;
  const format = bodyFormats.find(({ matches }) => matches(request));
  expect(format?.operation).toBe(operation);
  expect(format?.readRequest(request)).toMatchObject({ attributes: { "gen_ai.request.max_tokens": 9 }, input: hi });

  const whole = format?.readAnswer(answer);
  const usage = { "gen_ai.usage.input_tokens": 7, "gen_ai.usage.output_tokens": 2 };
  expect(whole).toEqual({
    attributes: { "gen_ai.response.finish_reasons": [reason], ...("isCounted" in body ? {} : usage) },
    output: hello(reason),
  });

  const reader = format?.createStreamReader();
  expect(reader?.isComplete()).toBe(false);
  for (const chunk of chunks) reader?.add(chunk);
  expect(reader?.isComplete()).toBe(true);
  expect(reader?.answer()).toEqual(whole);
});

it.each([{}, { taskType: "TEXT_IMAGE", textToImageParams: { text: "a tent" } }, { messages: "hi" }])(
  "knows no format for %o",
  (request) => {
    expect(bodyFormats.filter(({ matches }) => matches(request))).toEqual([]);
  },
);
