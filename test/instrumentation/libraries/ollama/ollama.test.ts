/** The real client against a scripted server, in this process. */
import { inspect } from "node:util";
import { SpanStatusCode } from "@opentelemetry/api";
import * as module from "ollama";
import * as browserModule from "ollama/browser";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { ollama } from "../../../../instrumentation/src/libraries/ollama/ollama.ts";
import { withSession } from "../../../../instrumentation/src/with-session.ts";
import { tool } from "../../../../instrumentation/src/tool.ts";
import { type Recording, recordSpans } from "../../record-spans.ts";
import { type Replies, type Reply, serveReplies } from "../../serve-replies.ts";

let recording: Recording;
beforeAll(() => {
  ollama.patch(module);
  ollama.patch(browserModule);
});
beforeEach(() => {
  recording = recordSpans();
});
afterEach(() => recording.stop());

async function startClient(...replies: readonly Reply[]): Promise<{ client: module.Ollama; server: Replies }> {
  const server = await serveReplies(...replies);
  onTestFinished(async () => server.close());
  return { client: new module.Ollama({ host: server.url }), server };
}

const counts = { model: "llama", done: true, done_reason: "stop", prompt_eval_count: 10, eval_count: 5 };
const answer = (content: string, more: object = {}): object => ({
  ...counts,
  message: { role: "assistant", content, ...more },
});
const piece = (content: string): string =>
  `${JSON.stringify({ model: "llama", message: { role: "assistant", content }, done: false })}\n`;
const last = `${JSON.stringify(answer(""))}\n`;
const hi = [{ role: "user", content: "hi" }];
const parsed = (value: unknown): unknown => JSON.parse(String(value));

it("is patched once, and says so; anything else is not", () => {
  expect(ollama.patch(module)).toBe(true);
  expect(ollama.patch({ Ollama: { prototype: {} } })).toBe(false);
  expect(ollama.patch(undefined)).toBe(false);
});

it("records what was asked and answered", async () => {
  const { client, server } = await startClient(answer("Hello.", { thinking: "hm" }));
  await client.chat({
    model: "llama",
    messages: [{ role: "system", content: "Be brief." }, ...hi],
    format: { type: "object" },
    options: { temperature: 0.5, top_p: 0.9, top_k: 40, num_predict: 50, stop: ["END"], seed: 7 },
  });
  const [span, ...others] = recording.spans();
  expect(others).toEqual([]);
  expect(span?.name).toBe("chat llama");
  const { "gen_ai.input.messages": input, "gen_ai.output.messages": output, ...attributes } = span?.attributes ?? {};
  expect(parsed(input)).toEqual([
    { role: "system", parts: [{ type: "text", content: "Be brief." }] },
    { role: "user", parts: [{ type: "text", content: "hi" }] },
  ]);
  expect(parsed(output)).toMatchObject([{ role: "assistant", finish_reason: "stop" }]);
  expect(attributes).toEqual({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "ollama",
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(server.url).port),
    "gen_ai.request.model": "llama",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.top_k": 40,
    "gen_ai.request.max_tokens": 50,
    "gen_ai.request.stop_sequences": ["END"],
    "gen_ai.request.seed": 7,
    "gen_ai.output.type": "json",
    "gen_ai.response.model": "llama",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 5,
  });
});

it("records a completion, with images as the server gets them", async () => {
  const { client, server } = await startClient({ ...counts, response: "A tent." });
  await client.generate({ model: "llama", prompt: "What is it?", system: "Be brief.", images: [new Uint8Array(3)] });
  expect(server.requests[0]?.body).toMatchObject({ images: ["AAAA"] });
  const [span] = recording.spans();
  expect(span?.attributes).toMatchObject({
    "gen_ai.operation.name": "text_completion",
    "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
  });
  expect(parsed(span?.attributes["gen_ai.input.messages"])).toEqual([
    {
      role: "user",
      parts: [
        { type: "text", content: "What is it?" },
        { type: "blob", modality: "image", size: 4 },
      ],
    },
  ]);
  expect(span?.attributes["gen_ai.output.messages"]).toContain("A tent.");
});

it("records an embedding without what was embedded", async () => {
  const { client } = await startClient({ model: "nomic", embeddings: [[0.25]], prompt_eval_count: 3 });
  expect((await client.embed({ model: "nomic", input: "a secret", dimensions: 1 })).embeddings).toEqual([[0.25]]);
  const [span, ...others] = recording.spans();
  expect(others).toEqual([]);
  expect(span?.attributes).toMatchObject({
    "gen_ai.operation.name": "embeddings",
    "gen_ai.request.model": "nomic",
    "gen_ai.embeddings.dimension.count": 1,
    "gen_ai.usage.input_tokens": 3,
  });
  expect(JSON.stringify(span?.attributes)).not.toContain("secret");
});

it("records nothing where no model is asked", async () => {
  const { client } = await startClient({ ...counts, done_reason: "load" });
  await client.chat({ model: "llama", messages: [] });
  await client.generate({ model: "llama", prompt: "", keep_alive: 0 });
  await client.pull({ model: "llama" });
  expect(recording.spans()).toEqual([]);
});

it("records the browser's client once", async () => {
  const { server } = await startClient(answer("Hello."));
  await new browserModule.Ollama({ host: server.url }).chat({ model: "llama", messages: hi });
  expect(recording.spans()).toHaveLength(1);
});

describe("a stream", () => {
  it("ends its span when it was read to the end", async () => {
    const { client } = await startClient([piece("Hel"), piece("lo."), last]);
    const contents = [];
    for await (const { message } of await client.chat({ model: "llama", messages: hi, stream: true })) {
      expect(recording.open()).toBe(1);
      contents.push(message.content);
    }
    expect(contents).toEqual(["Hel", "lo.", ""]);
    const [span] = recording.spans();
    expect(span?.attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.response.time_to_first_chunk": expect.any(Number) as number,
    });
    expect(span?.attributes["turnwise.aborted"]).toBeUndefined();
    expect(span?.attributes["gen_ai.output.messages"]).toContain("Hello.");
  });

  it.each([
    { how: "aborted", error: "AbortError", message: "aborted", aborted: true },
    { how: "cut by the server", error: "TypeError", message: "terminated", aborted: undefined },
    { how: "ended by the server's error", error: "Error", message: "out of memory", aborted: undefined },
  ])("that was $how fails with what had arrived", async ({ how, error, message: said, aborted }) => {
    const { client } = await startClient((response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" }).write(piece("Hello"));
      if (how === "cut by the server") setTimeout(() => response.destroy(), 50);
      if (how.includes("error")) response.end('{"error":"out of memory"}\n');
    });
    const stream = await client.chat({ model: "llama", messages: hi, stream: true });
    const reading = async (): Promise<void> => {
      for await (const { message } of stream) if (message.content === "Hello" && aborted) stream.abort();
    };
    await expect(reading()).rejects.toThrow(said);
    const [span] = recording.spans();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes["error.type"]).toBe(error);
    expect(span?.attributes["turnwise.aborted"]).toBe(aborted);
    expect(span?.attributes["gen_ai.output.messages"]).toContain("Hello");
  });

  it("looks as it does unobserved", async () => {
    const { client } = await startClient([last]);
    const observed = await client.chat({ model: "llama", messages: hi, stream: true });
    recording.stop();
    const unobserved = await client.chat({ model: "llama", messages: hi, stream: true });
    expect(inspect(observed)).toBe(inspect(unobserved));
    expect(Object.keys(observed)).toEqual(Object.keys(unobserved));
    expect(Object.getPrototypeOf(observed)).toBe(Object.getPrototypeOf(unobserved));
    client.abort();
  });
});

it("finds the call that a function answers by its name when it gets its arguments in its own way", async () => {
  const asked = [{ function: { name: "get_weather", arguments: { city: "Faro" } } }];
  const { client } = await startClient(answer("", { tool_calls: asked }));
  const getWeather = tool("get_weather", (city: string) => `sunny in ${city}`);
  await withSession("s", async () => {
    const { message } = await client.chat({ model: "llama", messages: hi });
    expect(message.tool_calls).toEqual(asked);
    for (const { function: called } of message.tool_calls ?? []) getWeather(String(called.arguments["city"]));
  });
  const [model, run] = recording.spans();
  const id = `${model?.spanContext().spanId}-1`;
  expect(model?.attributes["gen_ai.output.messages"]).toContain(`"id":"${id}"`);
  expect(run?.attributes["gen_ai.tool.call.id"]).toBe(id);
});

it("lets an error pass as it is", async () => {
  const { client } = await startClient((response) => {
    response.writeHead(404, { "content-type": "application/json" }).end('{"error":"model not found"}');
  });
  const asking = client.chat({ model: "llama", messages: hi });
  await expect(asking).rejects.toMatchObject({ name: "ResponseError", status_code: 404 });
  expect(recording.spans().map(({ attributes }) => attributes["error.type"])).toEqual(["ResponseError"]);
});
