import { expect, it } from "vitest";
import { readConverse } from "../../../../instrumentation/src/libraries/bedrock/converse-answer.ts";
import { toMessages } from "../../../../instrumentation/src/libraries/bedrock/converse-messages.ts";
import { createConverseStreamReader } from "../../../../instrumentation/src/libraries/bedrock/converse-stream.ts";

const text = (content: string): object => ({ type: "text", content });

it.each([
  { name: "a text", block: { text: "hi" }, parts: [text("hi")] },
  {
    name: "a tool call",
    block: { toolUse: { toolUseId: "1", name: "look", input: { at: "it" } } },
    parts: [{ type: "tool_call", id: "1", name: "look", arguments: { at: "it" } }],
  },
  {
    name: "thoughts",
    block: { reasoningContent: { reasoningText: { text: "hm", signature: "AA" } } },
    parts: [{ type: "reasoning", content: "hm" }],
  },
  {
    name: "encrypted thoughts",
    block: { reasoningContent: { redactedContent: new Uint8Array(9) } },
    parts: [{ type: "provider_item", item_type: "redacted_reasoning" }],
  },
  {
    name: "an image with its bytes",
    block: { image: { format: "png", source: { bytes: new Uint8Array(4) } } },
    parts: [{ type: "blob", modality: "image", mime_type: "image/png", size: 8 }],
  },
  {
    name: "a video in S3",
    block: { video: { format: "mp4", source: { s3Location: { uri: "s3://b/a.mp4" } } } },
    parts: [{ type: "uri", modality: "video", uri: "s3://b/a.mp4" }],
  },
  {
    name: "a document in base64",
    block: { document: { format: "pdf", name: "a", source: { bytes: "AAAA" } } },
    parts: [{ type: "blob", modality: "document", size: 4 }],
  },
  { name: "a document's text", block: { document: { source: { text: "long" } } }, parts: [text("long")] },
  { name: "an empty source", block: { image: {} }, parts: [{ type: "provider_item", item_type: "image" }] },
  { name: "what is guarded", block: { guardContent: { text: { text: "hi" } } }, parts: [text("hi")] },
  {
    name: "an answer with citations",
    block: { citationsContent: { content: [{ text: "It is " }, { text: "so." }], citations: [{}] } },
    parts: [text("It is so.")],
  },
  { name: "a mark for caching, which says nothing", block: { cachePoint: { type: "default" } }, parts: [] },
  { name: "what is to come", block: { hologram: {} }, parts: [{ type: "provider_item", item_type: "hologram" }] },
  { name: "nonsense", block: 42, parts: [] },
])("reads $name", ({ block, parts }) => {
  expect(toMessages({ role: "assistant", content: [block] })).toEqual([{ role: "assistant", parts }]);
});

it.each([
  { name: "a text", result: { content: [{ text: "sun" }, { text: "ny" }] }, response: "sunny" },
  { name: "JSON", result: { content: [{ json: { sky: "sunny" } }] }, response: { sky: "sunny" } },
  { name: "a failure", result: { content: [{ text: "no" }], status: "error" }, response: { error: "no" } },
  {
    name: "more than text",
    result: { content: [{ text: "look" }, { image: {} }] },
    response: [text("look"), { type: "provider_item", item_type: "image" }],
  },
])("reads a tool's result that is $name, before what the user says with it", ({ result, response }) => {
  const content = [{ text: "go on" }, { toolResult: { toolUseId: "1", ...result } }];
  expect(toMessages({ role: "user", content })).toEqual([
    { role: "tool", parts: [{ type: "tool_call_response", id: "1", response }] },
    { role: "user", parts: [text("go on")] },
  ]);
});

it("reads a streamed answer as it reads the whole", () => {
  const usage = { inputTokens: 3, outputTokens: 5, cacheReadInputTokens: 100, cacheWriteInputTokens: 20 };
  const trace = { promptRouter: { invokedModelId: "chosen" } };
  const calls = [
    { toolUse: { toolUseId: "1", name: "look", input: { at: "it" } } },
    { toolUse: { toolUseId: "2", name: "wait", input: {} } },
  ];
  const content = [{ reasoningContent: { reasoningText: { text: "let me" } } }, { text: "One moment." }, ...calls];
  const whole = readConverse({ output: { message: { content } }, stopReason: "tool_use", usage, trace });
  const delta = (contentBlockIndex: number, piece: object): object => ({
    contentBlockDelta: { contentBlockIndex, delta: piece },
  });
  const start = (contentBlockIndex: number, toolUse: object): object => ({
    contentBlockStart: { contentBlockIndex, start: { toolUse } },
  });

  const reader = createConverseStreamReader();
  for (const event of [
    { messageStart: { role: "assistant" } },
    delta(0, { reasoningContent: { text: "let " } }),
    delta(0, { reasoningContent: { text: "me" } }),
    delta(0, { reasoningContent: { signature: "AA" } }),
    delta(1, { text: "One " }),
    delta(1, { text: "moment." }),
    { contentBlockStop: { contentBlockIndex: 1 } },
    start(2, { toolUseId: "1", name: "look" }),
    delta(2, { toolUse: { input: '{"at":' } }),
    delta(2, { toolUse: { input: '"it"}' } }),
    start(3, { toolUseId: "2", name: "wait" }),
  ]) {
    reader.add(event);
    expect(reader.isComplete()).toBe(false);
  }
  reader.add({ messageStop: { stopReason: "tool_use" } });
  reader.add({ metadata: { usage, trace } });
  expect(reader.isComplete()).toBe(true);
  expect(reader.answer()).toEqual(whole);
  expect(whole.attributes).toEqual({
    "gen_ai.response.model": "chosen",
    "gen_ai.response.finish_reasons": ["tool_use"],
    "gen_ai.usage.input_tokens": 123,
    "gen_ai.usage.output_tokens": 5,
    "gen_ai.usage.cache_read.input_tokens": 100,
    "gen_ai.usage.cache_creation.input_tokens": 20,
  });
});
