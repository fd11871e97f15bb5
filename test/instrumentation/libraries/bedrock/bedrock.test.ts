import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import * as bedrockModule from "@aws-sdk/client-bedrock-runtime";
import { Client } from "@smithy/core/client";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bedrock } from "../../../../instrumentation/src/libraries/bedrock/bedrock.ts";
import { frame } from "../../matrix/protocols/event-stream-frame.ts";
import { type Recording, recordSpans } from "../../record-spans.ts";
import { type Replies, type Reply, serveReplies } from "../../serve-replies.ts";

const { BedrockRuntime, ConverseCommand, ConverseStreamCommand } = bedrockModule;
const { ApplyGuardrailCommand, InvokeModelCommand, InvokeModelWithResponseStreamCommand } = bedrockModule;

let recording: Recording;
let replies: Replies;
let client: bedrockModule.BedrockRuntime;
beforeAll(() => {
  bedrock.patch(bedrockModule);
});
beforeEach(() => {
  recording = recordSpans();
});
afterEach(async () => {
  recording.stop();
  client.destroy();
  await replies.close();
});

async function serve(...given: readonly Reply[]): Promise<void> {
  replies = await serveReplies(...given);
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new BedrockRuntime({ region: "us-east-1", endpoint: replies.url, credentials, maxAttempts: 3 });
}

const refuse =
  (status: number, type: string): Reply =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
    response.end(JSON.stringify({ message: "not now" }));
  };

const stream =
  (...frames: readonly Uint8Array[]): Reply =>
  (response) => {
    response.writeHead(200, { "content-type": "application/vnd.amazon.eventstream" });
    for (const piece of frames) response.write(piece);
    response.end();
  };

const input = { modelId: "a.model-v1:0", messages: [{ role: "user" as const, content: [{ text: "hi" }] }] };
const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5, cacheReadInputTokens: 10 };
const hello = {
  output: { message: { role: "assistant", content: [{ text: "Hello" }] } },
  stopReason: "end_turn",
  usage,
  metrics: { latencyMs: 7 },
};
const deltas = [
  frame("messageStart", { role: "assistant" }),
  frame("contentBlockDelta", { delta: { text: "Hel" }, contentBlockIndex: 0 }),
  frame("contentBlockDelta", { delta: { text: "lo" }, contentBlockIndex: 0 }),
];
const end = [frame("messageStop", { stopReason: "end_turn" }), frame("metadata", { usage, metrics: { latencyMs: 7 } })];
const answered = {
  "gen_ai.operation.name": "chat",
  "gen_ai.provider.name": "aws.bedrock",
  "gen_ai.request.model": "a.model-v1:0",
  "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
  "gen_ai.output.messages":
    '[{"role":"assistant","parts":[{"type":"text","content":"Hello"}],"finish_reason":"end_turn"}]',
  "gen_ai.response.finish_reasons": ["end_turn"],
  "gen_ai.usage.input_tokens": 13,
  "gen_ai.usage.output_tokens": 2,
  "gen_ai.usage.cache_read.input_tokens": 10,
};

function onlySpan(): ReadableSpan {
  expect(recording.open()).toBe(0);
  expect(recording.spans()).toHaveLength(1);
  return recording.spans()[0]!;
}

describe("Converse", () => {
  it("is recorded with what it asks and what it is told", async () => {
    await serve(hello);
    const tools = [
      { toolSpec: { name: "look", description: "Looks", inputSchema: { json: { type: "object" } } } },
      { cachePoint: { type: "default" as const } },
    ];
    const output = await client.send(
      new ConverseCommand({
        ...input,
        system: [{ text: "be brief" }],
        inferenceConfig: { maxTokens: 9, temperature: 0.5, topP: 0.9, stopSequences: ["END"] },
        additionalModelRequestFields: { top_k: 5 },
        guardrailConfig: { guardrailIdentifier: "guard", guardrailVersion: "1" },
        toolConfig: { tools },
      }),
    );
    expect(output.output?.message?.content).toEqual([{ text: "Hello" }]);
    expect(onlySpan().name).toBe("chat a.model-v1:0");
    expect(onlySpan().attributes).toEqual({
      ...answered,
      "gen_ai.system_instructions": '[{"type":"text","content":"be brief"}]',
      "gen_ai.tool.definitions":
        '[{"type":"function","name":"look","description":"Looks","parameters":{"type":"object"}}]',
      "gen_ai.request.max_tokens": 9,
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.top_p": 0.9,
      "gen_ai.request.top_k": 5,
      "gen_ai.request.stop_sequences": ["END"],
      "aws.bedrock.guardrail.id": "guard",
    });
  });

  it.each([
    { name: "a callback", options: [] },
    { name: "options and a callback", options: [{ requestTimeout: 5000 }] },
  ])("is recorded once when it is sent with $name", async ({ options }) => {
    await serve(hello);
    const output = await new Promise<unknown>((resolve, reject) => {
      const returned: unknown = Reflect.apply(client.send.bind(client), undefined, [
        new ConverseCommand(input),
        ...options,
        (error: unknown, answer: unknown) =>
          error === null ? resolve(answer) : reject(new Error("failed", { cause: error })),
      ]);
      expect(returned).toBeUndefined();
    });
    expect(output).toMatchObject({ stopReason: "end_turn" });
    expect(onlySpan().attributes).toEqual(answered);
  });

  it("fails with the client's own error, told to a callback, too", async () => {
    await serve(refuse(400, "ValidationException"));
    await expect(client.converse(input)).rejects.toThrow("not now");
    const error = await new Promise((resolve) => {
      client.converse(input, (reason: unknown) => resolve(reason));
    });
    expect(error).toBeInstanceOf(bedrockModule.ValidationException);
    expect(recording.spans()).toHaveLength(2);
    for (const { status, attributes } of recording.spans()) {
      expect(status).toEqual({ code: SpanStatusCode.ERROR, message: "not now" });
      expect(attributes["error.type"]).toBe("ValidationException");
    }
  });

  it("is one call however often the client asks", async () => {
    await serve(refuse(429, "ThrottlingException"), refuse(500, "InternalServerException"), hello);
    await client.converse(input);
    expect(replies.requests).toHaveLength(3);
    expect(onlySpan().attributes).toEqual(answered);
  });

  it("is aborted by its signal", async () => {
    await serve(() => undefined);
    const abort = new AbortController();
    const sent = client.send(new ConverseCommand(input), { abortSignal: abort.signal });
    setTimeout(() => abort.abort(), 50);
    await expect(sent).rejects.toMatchObject({ name: "AbortError" });
    expect(onlySpan().attributes).toMatchObject({ "error.type": "AbortError", "turnwise.aborted": true });
  });

  it("is recorded without content when that is off", async () => {
    recording.stop();
    recording = recordSpans(false);
    await serve(hello);
    await client.converse(input);
    expect(onlySpan().attributes).not.toHaveProperty("gen_ai.input.messages");
    expect(JSON.stringify(onlySpan().attributes)).not.toMatch(/hi"|Hello/);
  });
});

const ranByAws = {
  use: { toolUseId: "n1", name: "nova_grounding", type: "server_tool_use" },
  result: { toolUseId: "n1", type: "nova_grounding_result", status: "success" },
  parts: [
    { type: "server_tool_call", id: "n1", name: "nova_grounding", server_tool_call: { query: "tents" } },
    { type: "server_tool_call_response", id: "n1", server_tool_call_response: { result: "two tents" } },
  ],
};

it.each(["whole", "streamed"])("records a tool that AWS ran itself, as the client hands it on: %s", async (how) => {
  const { use, result, parts } = ranByAws;
  const content = [
    { toolUse: { ...use, input: { query: "tents" } } },
    { toolResult: { ...result, content: [{ text: "two tents" }] } },
  ];
  const whole = { ...hello, output: { message: { role: "assistant", content } } };
  const pieces = stream(
    frame("contentBlockStart", { start: { toolUse: use }, contentBlockIndex: 0 }),
    frame("contentBlockDelta", { delta: { toolUse: { input: '{"query":"tents"}' } }, contentBlockIndex: 0 }),
    frame("contentBlockStart", { start: { toolResult: result }, contentBlockIndex: 1 }),
    frame("contentBlockDelta", { delta: { toolResult: [{ text: "two tents" }] }, contentBlockIndex: 1 }),
    frame("messageStop", { stopReason: "end_turn" }),
  );
  await serve(how === "whole" ? whole : pieces);
  if (how === "whole") await client.converse(input);
  else for await (const _event of (await client.converseStream(input)).stream ?? []);
  const [message] = JSON.parse(String(recording.spans()[0]?.attributes["gen_ai.output.messages"])) as [object];
  expect(message).toMatchObject({ role: "assistant", parts });
});

describe("ConverseStream", () => {
  const sent = async (): Promise<AsyncIterable<object>> =>
    (await client.send(new ConverseStreamCommand(input))).stream!;

  it("is recorded when it has been read", async () => {
    await serve(stream(...deltas, ...end));
    const events = [];
    for await (const event of await sent()) events.push(Object.keys(event)[0]);
    expect(events).toEqual(["messageStart", "contentBlockDelta", "contentBlockDelta", "messageStop", "metadata"]);
    const { "gen_ai.response.time_to_first_chunk": firstChunk, ...attributes } = onlySpan().attributes;
    expect(attributes).toEqual({ ...answered, "gen_ai.request.stream": true });
    expect(firstChunk).toBeGreaterThan(0);
  });

  it("is recorded as far as it was read", async () => {
    await serve(stream(...deltas, ...end));
    for await (const event of await sent()) if ("contentBlockDelta" in event) break;
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Hel"}]}]',
      "turnwise.aborted": true,
    });
  });

  it("fails where the stream does", async () => {
    await serve(stream(...deltas, frame("throttlingException", { message: "too much" }, "exception")));
    await expect(async () => {
      for await (const event of await sent()) expect(event).toBeDefined();
    }).rejects.toThrow("too much");
    expect(onlySpan().status).toEqual({ code: SpanStatusCode.ERROR, message: "too much" });
    expect(onlySpan().attributes["gen_ai.output.messages"]).toContain("Hello");
  });
});

describe("InvokeModel", () => {
  const llama = { modelId: "meta.llama-v1:0", body: JSON.stringify({ prompt: "hi" }) };

  it("reads bodies that are texts or bytes", async () => {
    await serve({ generation: "Hello", prompt_token_count: 3, generation_token_count: 2, stop_reason: "stop" });
    for (const body of [llama.body, Buffer.from(llama.body)]) {
      const output = await client.send(new InvokeModelCommand({ ...llama, body }));
      expect(output.body.transformToString()).toContain("Hello");
    }
    expect(recording.spans()).toHaveLength(2);
    for (const { name, attributes } of recording.spans()) {
      expect(name).toBe("text_completion meta.llama-v1:0");
      expect(attributes["gen_ai.output.messages"]).toContain("Hello");
      expect(attributes["gen_ai.usage.input_tokens"]).toBe(3);
    }
  });

  it("counts a stream's tokens by AWS's metrics where the model does not", async () => {
    const metrics = { inputTokenCount: 3, outputTokenCount: 2, cacheReadInputTokenCount: 10 };
    const chunks = [
      { outputs: [{ text: "Hel", stop_reason: null }] },
      { outputs: [{ text: "lo", stop_reason: "stop" }], "amazon-bedrock-invocationMetrics": metrics },
    ];
    await serve(
      stream(
        ...chunks.map((chunk) => frame("chunk", { bytes: Buffer.from(JSON.stringify(chunk)).toString("base64") })),
      ),
    );
    const command = new InvokeModelWithResponseStreamCommand({ ...llama, modelId: "mistral.small" });
    for await (const event of (await client.send(command)).body!) expect(event.chunk?.bytes).toBeInstanceOf(Uint8Array);
    expect(onlySpan().attributes).toMatchObject({
      "gen_ai.output.messages":
        '[{"role":"assistant","parts":[{"type":"text","content":"Hello"}],"finish_reason":"stop"}]',
      "gen_ai.usage.input_tokens": 13,
      "gen_ai.usage.output_tokens": 2,
    });
  });

  it.each([
    { modelId: "amazon.titan-embed-text-v2:0", body: { inputText: "hi" }, operation: "embeddings" },
    { modelId: "amazon.nova-canvas-v1:0", body: { taskType: "TEXT_IMAGE" }, operation: "generate_content" },
    { modelId: "strange", body: "hi", operation: "generate_content" },
  ])("records that $modelId was asked, and not for what", async ({ modelId, body, operation }) => {
    await serve({ embedding: [0.5], inputTextTokenCount: 3 });
    await client.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
    expect(onlySpan().name).toBe(`${operation} ${modelId}`);
    expect(Object.keys(onlySpan().attributes)).not.toContain("gen_ai.input.messages");
    expect(Object.keys(onlySpan().attributes)).not.toContain("gen_ai.output.messages");
  });
});

it("records a call once, however often it is patched", async () => {
  expect(bedrock.patch(bedrockModule)).toBe(true);
  expect(bedrock.patch({})).toBe(false);
  await serve(hello);
  await client.converse(input);
  expect(onlySpan().attributes).toEqual(answered);
});

it("records no other command", async () => {
  await serve({ action: "NONE", outputs: [], assessments: [], usage: {} });
  await client.send(
    new ApplyGuardrailCommand({ guardrailIdentifier: "g", guardrailVersion: "1", source: "INPUT", content: [] }),
  );
  expect(recording.spans()).toEqual([]);
});

it("leaves room for others that patch the clients' common class", async () => {
  await serve(hello);
  const prototype = Client.prototype as unknown as { send: (...args: unknown[]) => unknown };
  const ours = prototype.send;
  let calls = 0;
  prototype.send = function (this: unknown, ...args) {
    calls += 1;
    return ours.apply(this, args);
  };
  try {
    await client.converse(input);
  } finally {
    prototype.send = ours;
  }
  expect(calls).toBe(1);
  expect(onlySpan().attributes).toEqual(answered);
});
