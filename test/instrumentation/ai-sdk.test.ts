/** The AI SDK beyond a plain conversation (that is the matrix's): imported after us, and required, where hooks see it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppResult } from "./run-app.ts";
import { runWithModel } from "./run-with-model.ts";
import { type CollectedSpan, type Collector, startCollector } from "./start-collector.ts";

const inShort = ({ name, attributes }: CollectedSpan): unknown => [
  name,
  attributes.get("gen_ai.tool.call.result") ?? attributes.get("gen_ai.output.messages"),
];
const said = (content: string): string =>
  JSON.stringify([{ role: "assistant", parts: [{ type: "text", content }], finish_reason: "stop" }]);
const hello = ["chat hello", said("Hello, how are you?")];
const asksForWeather = ["chat tool-then-text", expect.stringContaining('"name":"weather"')];
const tellsWeather = ["chat tool-then-text", said("Hello, how are you?")];
const weather = ["execute_tool weather", '{"sky":"sunny"}'];

const parrots = ["chat parrot", said("hi")];

describe.each([
  { app: "ai-sdk.mjs", isHooked: false },
  { app: "ai-sdk.cjs", isHooked: true },
])("$app", ({ app, isHooked }) => {
  let collector: Collector;
  let result: AppResult;
  beforeAll(async () => {
    collector = await startCollector();
    result = await runWithModel(app, { env: collector.env });
  }, 60_000);
  afterAll(async () => collector.close());

  const spansOf = (scenario: string): readonly CollectedSpan[] => collector.conversation(scenario);

  it.each([
    { scenario: "wrapped tool", spans: [asksForWeather, weather, tellsWeather] },
    { scenario: "generator as a tool", spans: [asksForWeather, weather, tellsWeather] },
    { scenario: "middleware", spans: [hello] },
    { scenario: "own telemetry", spans: [hello] },
    {
      scenario: "objects",
      spans: [
        ["chat json", said('{"answer":42}')],
        ["chat json", said('{"answer":42}')],
      ],
    },
    { scenario: "embedding", spans: [["embeddings small", undefined]] },
    // What only a hook can see.
    { scenario: "telemetry switched off", spans: isHooked ? [] : [hello] },
    { scenario: "content switched off", spans: isHooked ? [["chat hello", undefined]] : [hello] },
    { scenario: "model of its own", spans: isHooked ? [parrots] : [] },
  ])("records each call once: $scenario", ({ scenario, spans }) => {
    expect(spansOf(scenario).map(inShort)).toEqual(spans);
  });

  it("knows what the tool's own agent does as a part of the tool", () => {
    const spans = spansOf("agent as a tool");
    const toolSpanId = spans[1]?.spanId;
    expect(spans.map(({ name, parentSpanId }) => [name, parentSpanId])).toEqual([
      ["chat researching", undefined],
      ["execute_tool research", undefined],
      ["chat hello", toolSpanId],
    ]);
    expect(spans[1]?.attributes.get("gen_ai.tool.call.id")).toBe("call_research");
  });

  it("leaves the application's own telemetry and results as they are, and says one line", () => {
    const { code, stdout, stderr } = result;
    const printed = ['["ai.generateText.doGenerate","ai.generateText"]', '[{"answer":42},{"answer":42}]'];
    expect({ code, stdout: stdout.trim().split("\n") }).toEqual({ code: 0, stdout: printed });
    expect(stderr.trim()).toMatch(/^turnwise: recording .*$/);
  });

  it("counts the tokens of an embedding, and does not record what is embedded", () => {
    const [span] = spansOf("embedding");
    expect(span?.attributes.get("gen_ai.operation.name")).toBe("embeddings");
    expect(span?.attributes.get("gen_ai.usage.input_tokens")).toBe(7);
    expect(span?.attributes.get("gen_ai.embeddings.dimension.count")).toBe(3);
    expect(JSON.stringify([...(span?.attributes ?? [])])).not.toContain("secret");
  });

  it("says which provider and model were asked, and for what", () => {
    const [span] = spansOf("own telemetry");
    expect(Object.fromEntries(span?.attributes ?? [])).toMatchObject({
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "hello",
      "gen_ai.response.model": "hello",
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
      "gen_ai.usage.input_tokens": 40,
      "gen_ai.usage.output_tokens": 6,
      "gen_ai.usage.cache_read.input_tokens": 16,
      "gen_ai.usage.reasoning.output_tokens": 2,
      "server.address": "127.0.0.1",
    });
  });

  it("keeps the steps of a call that belongs to no session in one trace, where it sees the call", () => {
    const alone = collector.spans().filter(({ attributes }) => !attributes.has("gen_ai.conversation.id"));
    expect(alone.map(inShort)).toEqual([asksForWeather, weather, tellsWeather]);
    expect(new Set(alone.map(({ traceId }) => traceId)).size).toBe(isHooked ? 1 : 3);
    expect(new Set(alone.map(({ attributes }) => attributes.get("gen_ai.agent.name")))).toEqual(
      new Set([isHooked ? "alone" : undefined]),
    );
  });
});

it("is left alone, and its models with it, when `ai` is disabled", { timeout: 60_000 }, async () => {
  const collector = await startCollector();
  const env = { ...collector.env, OTEL_NODE_DISABLED_INSTRUMENTATIONS: "ai" };
  const { code } = await runWithModel("ai-sdk.cjs", { env });
  expect(code).toBe(0);
  // What the application itself has wrapped with `tool`.
  expect(collector.spans().map(({ name }) => name)).toEqual(["execute_tool weather"]);
  await collector.close();
});
