/** The real client against a scripted server, in this process. */
import * as genai from "@google/genai";
import { SpanStatusCode } from "@opentelemetry/api";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { googleGenAi } from "../../../../instrumentation/src/libraries/google-genai/google-genai.ts";
import { withSession } from "../../../../instrumentation/src/with-session.ts";
import { tool } from "../../../../instrumentation/src/tool.ts";
import { type Recording, recordSpans } from "../../record-spans.ts";
import { type Replies, type Reply, serveReplies } from "../../serve-replies.ts";

let recording: Recording;
beforeAll(() => {
  googleGenAi.patch(genai);
});
beforeEach(() => {
  recording = recordSpans();
});
afterEach(() => recording.stop());

async function startClient(...replies: readonly Reply[]): Promise<{ client: genai.GoogleGenAI; server: Replies }> {
  const server = await serveReplies(...replies);
  onTestFinished(async () => server.close());
  return { client: new genai.GoogleGenAI({ apiKey: "test", httpOptions: { baseUrl: server.url } }), server };
}

const answer = (...parts: object[]): object => ({
  responseId: "r1",
  modelVersion: "gemini-x-001",
  candidates: [{ content: { role: "model", parts }, finishReason: "STOP" }],
  usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
});
const functionCall = (name: string, args: object, id?: string): object => ({
  functionCall: { name, args, ...(id !== undefined && { id }) },
});
const event = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;
const parsed = (value: unknown): unknown => JSON.parse(String(value));

it("is patched once, and says so; anything else is not", () => {
  expect(googleGenAi.patch(genai)).toBe(true);
  expect(googleGenAi.patch({ Models: { prototype: {} } })).toBe(false);
  expect(googleGenAi.patch(undefined)).toBe(false);
});

it("records what was asked and answered", async () => {
  const { client, server } = await startClient(answer({ text: "hm", thought: true }, { text: "Hello." }));
  await client.models.generateContent({
    model: "gemini-x",
    contents: "hi",
    config: {
      systemInstruction: { parts: [{ text: "Be brief." }] },
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      maxOutputTokens: 50,
      stopSequences: ["END"],
      seed: 7,
      candidateCount: 2,
      responseMimeType: "application/json",
    },
  });
  const [span, ...others] = recording.spans();
  expect(others).toEqual([]);
  expect(span?.name).toBe("generate_content gemini-x");
  const { "gen_ai.input.messages": input, "gen_ai.output.messages": output, ...attributes } = span?.attributes ?? {};
  expect(parsed(input)).toEqual([{ role: "user", parts: [{ type: "text", content: "hi" }] }]);
  expect(parsed(output)).toEqual([
    {
      role: "assistant",
      parts: [
        { type: "reasoning", content: "hm" },
        { type: "text", content: "Hello." },
      ],
      finish_reason: "stop",
    },
  ]);
  expect(attributes).toEqual({
    "gen_ai.operation.name": "generate_content",
    "gen_ai.provider.name": "gcp.gemini",
    "server.address": "127.0.0.1",
    "server.port": Number(new URL(server.url).port),
    "gen_ai.request.model": "gemini-x",
    "gen_ai.request.temperature": 0.5,
    "gen_ai.request.top_p": 0.9,
    "gen_ai.request.top_k": 40,
    "gen_ai.request.max_tokens": 50,
    "gen_ai.request.stop_sequences": ["END"],
    "gen_ai.request.seed": 7,
    "gen_ai.request.choice.count": 2,
    "gen_ai.output.type": "json",
    "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
    "gen_ai.response.id": "r1",
    "gen_ai.response.model": "gemini-x-001",
    "gen_ai.response.finish_reasons": ["stop"],
    "gen_ai.usage.input_tokens": 10,
    "gen_ai.usage.output_tokens": 5,
  });
});

it("knows Vertex AI", async () => {
  const { server } = await startClient(answer({ text: "Hello." }));
  const client = new genai.GoogleGenAI({ vertexai: true, apiKey: "test", httpOptions: { baseUrl: server.url } });
  await client.models.generateContent({ model: "gemini-x", contents: "hi" });
  expect(recording.spans().map(({ attributes }) => attributes["gen_ai.provider.name"])).toEqual(["gcp.vertex_ai"]);
});

it("records what the API searched and ran itself, as the client hands it on", async () => {
  const code = [
    { executableCode: { id: "c1", language: "PYTHON", code: "print(1)" } },
    { codeExecutionResult: { id: "c1", outcome: "OUTCOME_OK", output: "1" } },
  ];
  const found = { groundingMetadata: { webSearchQueries: ["tents"], groundingChunks: [{ web: { title: "A" } }] } };
  const { client } = await startClient({
    candidates: [{ content: { role: "model", parts: [...code, { text: "One." }] }, finishReason: "STOP", ...found }],
  });
  await client.models.generateContent({ model: "gemini-x", contents: "hi" });
  const [message] = parsed(recording.spans()[0]?.attributes["gen_ai.output.messages"]) as [{ parts: object[] }];
  expect(message.parts).toMatchObject([
    { type: "server_tool_call", name: "google_search", server_tool_call: { queries: ["tents"] } },
    { type: "server_tool_call_response", server_tool_call_response: { result: [{ web: { title: "A" } }] } },
    { type: "server_tool_call", id: "c1", name: "code_execution", server_tool_call: { code: "print(1)" } },
    { type: "server_tool_call_response", id: "c1", server_tool_call_response: { result: "1" } },
    { type: "text", content: "One." },
  ]);
});

it("records an embedding without what was embedded", async () => {
  const { client } = await startClient({ embeddings: [{ values: [0.25, 0.5] }] });
  const answered = await client.models.embedContent({
    model: "gemini-embedding-001",
    contents: ["a secret"],
    config: { outputDimensionality: 2 },
  });
  expect(answered.embeddings).toEqual([{ values: [0.25, 0.5] }]);
  const [span, ...others] = recording.spans();
  expect(others).toEqual([]);
  expect(span?.attributes).toMatchObject({
    "gen_ai.operation.name": "embeddings",
    "gen_ai.request.model": "gemini-embedding-001",
    "gen_ai.embeddings.dimension.count": 2,
  });
  expect(JSON.stringify(span?.attributes)).not.toContain("secret");
});

describe("an answer that takes several requests", () => {
  const first = {
    candidates: [{ content: { parts: [{ text: "Once " }] }, finishReason: "CONTINUATION", continuationToken: "more" }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
  };
  const second = answer({ text: "upon a time." });
  const request = { model: "m", contents: "Tell me a story." };

  const recorded = (): readonly object[] =>
    recording.spans().map(({ attributes }) => ({
      input: attributes["gen_ai.usage.input_tokens"],
      output: attributes["gen_ai.usage.output_tokens"],
      said: /Once .*upon a time\./.test(String(attributes["gen_ai.output.messages"])),
    }));

  it("is one call", async () => {
    const { client, server } = await startClient(first, second);
    await client.models.generateContent(request);
    expect(server.requests).toHaveLength(2);
    expect(recorded()).toEqual([{ input: 20, output: 10, said: true }]);
  });

  it("is one call when it is streamed", async () => {
    const { client, server } = await startClient([event(first)], [event(second)]);
    const texts = [];
    for await (const { text } of await client.models.generateContentStream(request)) texts.push(text);
    expect(texts).toEqual(["Once ", "upon a time."]);
    expect(server.requests).toHaveLength(2);
    expect(recorded()).toEqual([{ input: 20, output: 10, said: true }]);
  });
});

describe("a stream", () => {
  const pieces = ["One ", "moment."].map((text) => event({ candidates: [{ content: { parts: [{ text }] } }] }));

  it("ends its span when it was read to the end", async () => {
    const { client } = await startClient([...pieces, event(answer({ text: " Done." }))]);
    const texts = [];
    for await (const { text } of await client.models.generateContentStream({ model: "m", contents: "hi" })) {
      expect(recording.open()).toBe(1);
      texts.push(text);
    }
    expect(texts).toEqual(["One ", "moment.", " Done."]);
    const [span] = recording.spans();
    expect(span?.attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.usage.output_tokens": 5,
      "gen_ai.response.time_to_first_chunk": expect.any(Number) as number,
    });
    expect(span?.attributes["turnwise.aborted"]).toBeUndefined();
    expect(span?.attributes["gen_ai.output.messages"]).toContain("One moment. Done.");
  });

  it.each([
    { how: "aborted by its signal", message: "aborted", aborted: true },
    { how: "cut by the server", message: "terminated", aborted: undefined },
  ])("that was $how fails with what had arrived", async ({ how, message, aborted }) => {
    const { client } = await startClient((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(pieces.join(""));
      if (how === "cut by the server") setTimeout(() => response.destroy(), 50);
    });
    const stop = new AbortController();
    const request = { model: "m", contents: "hi", config: { abortSignal: stop.signal } };
    const reading = async (): Promise<void> => {
      for await (const { text } of await client.models.generateContentStream(request)) {
        if (text === "moment." && aborted) stop.abort();
      }
    };
    await expect(reading()).rejects.toThrow(message);
    const [span] = recording.spans();
    expect(span?.status.code).toBe(SpanStatusCode.ERROR);
    expect(span?.attributes["turnwise.aborted"]).toBe(aborted);
    expect(span?.attributes["gen_ai.output.messages"]).toContain("One moment.");
  });

  it("looks as it does unobserved", async () => {
    const { client } = await startClient([event(answer({ text: "Done." }))]);
    const stream = await client.models.generateContentStream({ model: "m", contents: "hi" });
    expect(stream[Symbol.asyncIterator]()).toBe(stream);
    expect(await stream.next()).toMatchObject({ done: false });
    expect(await stream.return(undefined)).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(recording.spans()).toHaveLength(1);
  });
});

describe("functions that the library calls", () => {
  const declare = (...names: string[]) => ({ functionDeclarations: names.map((name) => ({ name })) });
  const responding = (respond: (call: genai.FunctionCall) => object) => async (calls: genai.FunctionCall[]) =>
    calls.map((call) => ({ functionResponse: { name: call.name ?? "", response: { ...respond(call) } } }));
  const toolSpans = (): readonly object[] =>
    recording
      .spans()
      .filter(({ name }) => name.startsWith("execute_tool"))
      .map(({ name, attributes, status }) => ({
        name,
        id: attributes["gen_ai.tool.call.id"],
        arguments: parsed(attributes["gen_ai.tool.call.arguments"]),
        result: attributes["gen_ai.tool.call.result"],
        error: status.message,
      }));

  it("are recorded each where it is run, with the id of the model's call", async () => {
    const { client } = await startClient(
      answer(functionCall("add", { a: 1 }, "c1"), functionCall("fail", {}), functionCall("multiply", { a: 2 })),
      answer({ text: "Done." }),
    );
    const asked: unknown[] = [];
    const tools = [
      {
        tool: async () => declare("add", "fail"),
        callTool: async (calls: genai.FunctionCall[]) => {
          asked.push(calls.map(({ name }) => name));
          const own = calls.filter(({ name }) => name !== "multiply");
          return responding(({ name }) => (name === "fail" ? { error: "out of order" } : { output: 3 }))(own);
        },
      },
      {
        tool: async () => declare("multiply"),
        callTool: async (calls: genai.FunctionCall[]) =>
          responding(() => ({ product: 4 }))(calls.filter(({ name }) => name === "multiply")),
      },
    ];
    const request = { model: "m", contents: "go", config: { tools } };
    await withSession("s", async () => client.models.generateContent(request));
    expect(asked).toEqual([["add", "fail", "multiply"]]);
    const spanId = recording.spans()[0]?.spanContext().spanId;
    expect(toolSpans()).toEqual([
      { name: "execute_tool add", id: "c1", arguments: { a: 1 }, result: "3", error: undefined },
      { name: "execute_tool fail", id: `${spanId}-2`, arguments: {}, result: undefined, error: "out of order" },
      {
        name: "execute_tool multiply",
        id: `${spanId}-3`,
        arguments: { a: 2 },
        result: '{"product":4}',
        error: undefined,
      },
    ]);
    expect(recording.spans()).toHaveLength(5);
  });

  it("fail when the tool throws, and the error passes through", async () => {
    const { client } = await startClient(answer(functionCall("add", {})));
    const callTool = async (): Promise<genai.Part[]> => Promise.reject(new RangeError("too much"));
    const tools = [{ tool: async () => declare("add"), callTool }];
    const generating = client.models.generateContent({ model: "m", contents: "go", config: { tools } });
    await expect(generating).rejects.toThrow(RangeError);
    expect(toolSpans()).toMatchObject([{ name: "execute_tool add", error: "too much" }]);
    expect(recording.open()).toBe(0);
  });

  it("stay what they were: an object's method is patched once, a class's in the class", async () => {
    class Tools {
      readonly runs: unknown[] = [];
      async tool() {
        return declare("add");
      }
      async callTool(calls: genai.FunctionCall[]) {
        this.runs.push(calls);
        return responding(() => ({ output: 3 }))(calls);
      }
    }
    const call = answer(functionCall("add", {}));
    const done = answer({ text: "Done." });
    const { client } = await startClient(call, done, call, done);
    const tools = [new Tools()];
    for (const contents of ["one", "two"]) {
      await client.models.generateContent({ model: "m", contents, config: { tools } });
    }
    expect(Object.keys(tools[0] ?? {})).toEqual(["runs"]);
    expect(tools[0]?.runs).toHaveLength(2);
    expect(toolSpans()).toHaveLength(2);
  });

  it("are left to their MCP client when they are an MCP server's", async () => {
    const { client } = await startClient(answer(functionCall("add", { a: 1 })), answer({ text: "Done." }));
    const asked: unknown[] = [];
    const mcpClient = {
      listTools: async () => ({ tools: [{ name: "add", inputSchema: { type: "object" } }] }),
      callTool: async (params: unknown) => {
        asked.push(params);
        return { content: [{ type: "text", text: "3" }] };
      },
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that the library uses of it
    const tools = [genai.mcpToTool(mcpClient as unknown as Parameters<typeof genai.mcpToTool>[0])];
    await client.models.generateContent({ model: "m", contents: "go", config: { tools } });
    expect(asked).toEqual([{ name: "add", arguments: { a: 1 } }]);
    expect(toolSpans()).toEqual([]);
    expect(recording.spans()[1]?.attributes["gen_ai.input.messages"]).toContain('{"type":"text","text":"3"}');
  });

  it("may be recorded functions: their spans are below", async () => {
    const { client } = await startClient(answer(functionCall("add", { a: 1 })), answer({ text: "Done." }));
    const add = tool("add", ({ a }: { a: number }) => a + 1);
    const callTool = async (calls: genai.FunctionCall[]) =>
      responding(({ args }) => ({ output: add({ a: Number(args?.["a"]) }) }))(calls);
    const tools = [{ tool: async () => declare("add"), callTool }];
    await client.models.generateContent({ model: "m", contents: "go", config: { tools } });
    const [inner, outer] = recording.spans().filter(({ name }) => name === "execute_tool add");
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });
});

it("finds the call that a function answers by its name when it gets its arguments in its own way", async () => {
  const { client } = await startClient(answer(functionCall("get_weather", { city: "Faro" })));
  const getWeather = tool("get_weather", (city: string) => `sunny in ${city}`);
  await withSession("s", async () => {
    const { functionCalls } = await client.models.generateContent({ model: "m", contents: "sunny?" });
    for (const { args } of functionCalls ?? []) getWeather(String(args?.["city"]));
  });
  const [asked, answered] = recording.spans();
  const id = `${asked?.spanContext().spanId}-1`;
  expect(asked?.attributes["gen_ai.output.messages"]).toContain(`"id":"${id}"`);
  expect(answered?.attributes["gen_ai.tool.call.id"]).toBe(id);
});

it("lets an error pass as it is", async () => {
  const { client } = await startClient((response) => {
    response.writeHead(400, { "content-type": "application/json" });
    response.end('{"error":{"code":400,"message":"no such model","status":"INVALID_ARGUMENT"}}');
  });
  const asking = client.models.generateContent({ model: "m", contents: "hi" });
  await expect(asking).rejects.toBeInstanceOf(genai.ApiError);
  expect(recording.spans().map(({ attributes }) => attributes["error.type"])).toEqual(["ApiError"]);
});

it("records no content when it is not wanted", async () => {
  recording.stop();
  recording = recordSpans(false);
  const { client } = await startClient(answer(functionCall("add", { a: "secret" })), answer({ text: "secret" }));
  const callTool = async () => [{ functionResponse: { name: "add", response: { output: "secret" } } }];
  const tools = [{ tool: async () => ({ functionDeclarations: [{ name: "add" }] }), callTool }];
  await client.models.generateContent({
    model: "m",
    contents: "secret",
    config: { systemInstruction: "secret", tools },
  });
  expect(recording.spans()).toHaveLength(3);
  expect(JSON.stringify(recording.spans().map(({ attributes, status }) => [attributes, status]))).not.toContain(
    "secret",
  );
});
