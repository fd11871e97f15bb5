import { describe, expect, it } from "vitest";
import type { AttributeValue } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;
/** Input, output, cached input, reasoning, written to a cache. */
type Counts = readonly [number, number, number, number, number?];

function countsOf(attributes: Attributes, scope = "any"): Counts | undefined {
  const span = spanAt({ id: 1, at: 0, name: "chat" }, attributes);
  const operation = readOne({ ...span, scope: { ...span.scope, name: scope } });
  if (operation.kind !== "model" || operation.usage === undefined) return undefined;
  const { usage, cacheWriteTokens } = operation;
  const counts = [usage.inputTokens, usage.outputTokens, usage.cachedInputTokens, usage.reasoningTokens] as const;
  return cacheWriteTokens === undefined ? counts : [...counts, cacheWriteTokens];
}

const chat = { "gen_ai.operation.name": "chat" };
const claude = { ...chat, "gen_ai.request.model": "claude-sonnet-4-5" };

describe("cached tokens are a part of the input, whichever way the library counts", () => {
  it.each<[what: string, attributes: Attributes, counts: Counts, scope?: string]>([
    [
      "the conventions",
      {
        ...chat,
        "gen_ai.usage.input_tokens": 100n,
        "gen_ai.usage.output_tokens": 5n,
        "gen_ai.usage.cache_read.input_tokens": 60n,
      },
      [100, 5, 60, 0],
    ],
    [
      "Anthropic's own spans",
      {
        ...claude,
        "gen_ai.usage.input_tokens": 304n,
        "gen_ai.usage.output_tokens": 34n,
        "gen_ai.usage.cache_write.input_tokens": 48n,
      },
      [304, 34, 0, 0, 48],
      "com.anthropic.sdk.typescript",
    ],
    [
      "OpenInference",
      {
        "openinference.span.kind": "LLM",
        "llm.token_count.prompt": 304n,
        "llm.token_count.completion": 34n,
        "llm.token_count.total": 338n,
        "llm.token_count.prompt_details.cache_write": 48n,
      },
      [304, 34, 0, 0, 48],
    ],
    [
      "Traceloop for Anthropic, which leaves them out",
      {
        ...claude,
        "gen_ai.usage.input_tokens": 256n,
        "gen_ai.usage.output_tokens": 34n,
        "gen_ai.usage.total_tokens": 290n,
        "gen_ai.usage.cache_creation.input_tokens": 48n,
        "gen_ai.usage.cache_read.input_tokens": 10n,
      },
      [314, 34, 10, 0, 48],
      "@traceloop/instrumentation-anthropic",
    ],
    [
      "Traceloop for Python, which includes them",
      {
        ...claude,
        "gen_ai.usage.input_tokens": 304n,
        "gen_ai.usage.output_tokens": 34n,
        "gen_ai.usage.cache_read_input_tokens": 48n,
      },
      [304, 34, 48, 0],
      "opentelemetry.instrumentation.anthropic",
    ],
    [
      "Strands with Claude, which leaves them out",
      {
        ...claude,
        "gen_ai.event.start_time": "2026-11-21T21:51:06.119Z",
        "gen_ai.usage.input_tokens": 262n,
        "gen_ai.usage.output_tokens": 34n,
        "gen_ai.usage.cache_write_input_tokens": 48n,
      },
      [310, 34, 0, 0, 48],
    ],
    [
      "Strands with another model, which includes them",
      {
        ...chat,
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.event.start_time": "2026-11-21T21:51:06.119Z",
        "gen_ai.usage.input_tokens": 262n,
        "gen_ai.usage.output_tokens": 34n,
        "gen_ai.usage.cache_read_input_tokens": 48n,
      },
      [262, 34, 48, 0],
    ],
    [
      "the AI SDK 5 with Claude, which leaves them out",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.id": "claude-sonnet-4-5",
        "ai.usage.inputTokens": 256n,
        "ai.usage.outputTokens": 34n,
        "ai.usage.cachedInputTokens": 48n,
      },
      [304, 34, 48, 0],
    ],
    [
      "the AI SDK 6 with Claude, which includes them",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.id": "claude-sonnet-4-5",
        "ai.usage.inputTokens": 304n,
        "ai.usage.inputTokenDetails.noCacheTokens": 246n,
        "ai.usage.inputTokenDetails.cacheReadTokens": 48n,
        "ai.usage.inputTokenDetails.cacheWriteTokens": 10n,
        "ai.usage.outputTokens": 34n,
      },
      [304, 34, 48, 0, 10],
    ],
    [
      "the AI SDK 4, which passes on what the provider said",
      {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.usage.promptTokens": 304n,
        "ai.usage.completionTokens": 34n,
        "ai.response.providerMetadata": '{"openai":{"reasoningTokens":7,"cachedPromptTokens":64}}',
      },
      [304, 34, 64, 7],
    ],
    [
      "LangSmith",
      {
        "langsmith.span.kind": "llm",
        "gen_ai.usage.input_tokens": 946n,
        "gen_ai.usage.output_tokens": 16n,
        "gen_ai.usage.input_token_details": '{"audio":0,"cache_read":64,"cache_creation":3}',
        "gen_ai.usage.output_token_details": '{"audio":0,"reasoning":2}',
      },
      [946, 16, 64, 2, 3],
    ],
    [
      "Langfuse, which takes them out of the input",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details":
          '{"input":1354,"output":20,"total":1442,"input_cache_read":64,"output_reasoning":4}',
      },
      [1418, 24, 64, 4],
    ],
    [
      "Langfuse with Anthropic's own names",
      {
        "langfuse.observation.type": "generation",
        "langfuse.observation.usage_details":
          '{"input":100,"output":20,"cache_read_input_tokens":64,"cache_creation_input_tokens":8}',
      },
      [172, 20, 64, 0, 8],
    ],
    [
      "Google ADK, which leaves what the model thought out of the output",
      {
        "gcp.vertex.agent.llm_response":
          '{"usageMetadata":{"promptTokenCount":1223,"candidatesTokenCount":27,"thoughtsTokenCount":100,"cachedContentTokenCount":1000,"totalTokenCount":1350}}',
        "gen_ai.operation.name": "generate_content",
        "gen_ai.usage.input_tokens": 1223n,
        "gen_ai.usage.output_tokens": 27n,
      },
      [1223, 127, 1000, 100],
      "gcp.vertex.agent",
    ],
    [
      "whoever's total says that they stand beside the input",
      {
        ...chat,
        "gen_ai.usage.input_tokens": 100n,
        "gen_ai.usage.output_tokens": 5n,
        "gen_ai.usage.total_tokens": 165n,
        "gen_ai.usage.cache_read.input_tokens": 60n,
      },
      [160, 5, 60, 0],
    ],
    [
      "whoever reports more of them than input",
      {
        ...chat,
        "gen_ai.usage.input_tokens": 10n,
        "gen_ai.usage.output_tokens": 5n,
        "gen_ai.usage.cache_read.input_tokens": 60n,
      },
      [70, 5, 60, 0],
    ],
    [
      "whoever reports more reasoning than output",
      {
        ...chat,
        "gen_ai.usage.input_tokens": 10n,
        "gen_ai.usage.output_tokens": 5n,
        "gen_ai.usage.reasoning_tokens": 60n,
      },
      [10, 65, 0, 60],
    ],
  ])("%s", (_what, attributes, counts, scope) => {
    expect(countsOf(attributes, scope)).toEqual(counts);
  });
});

describe("a number that no count can be was not said", () => {
  it.each<[AttributeValue]>([[-1n], [-0.5], [1.5], [Number.NaN], [Infinity], [4_200_000_000_000n], ["many"]])(
    "%s",
    (value) => {
      expect(countsOf({ ...chat, "gen_ai.usage.input_tokens": value })).toBeUndefined();
      expect(
        countsOf({ ...chat, "gen_ai.usage.input_tokens": 3n, "gen_ai.usage.cache_read.input_tokens": value }),
      ).toEqual([3, 0, 0, 0]);
    },
  );
});

describe("what a span says that it cost", () => {
  const costOf = (attributes: Attributes) => {
    const operation = readOne(spanAt({ id: 1, at: 0, name: "chat" }, attributes));
    return operation.kind === "model" ? operation.costUsd : undefined;
  };

  it.each<[Attributes, number | undefined]>([
    [{ ...chat, "gen_ai.usage.cost": 0.5 }, 0.5],
    [{ ...chat, "gen_ai.usage.cost": 0 }, undefined],
    [{ ...chat, "gen_ai.usage.cost": 0, "operation.cost": 0.25 }, 0.25],
    [{ ...chat, "gen_ai.usage.cost": -1 }, undefined],
    [{ ...chat, "gen_ai.cost.total_cost": 0.25 }, 0.25],
    [{ "openinference.span.kind": "LLM", "llm.cost.total": 0.25, "llm.cost.prompt": 9 }, 0.25],
    [{ "openinference.span.kind": "LLM", "llm.cost.total": 0, "llm.cost.prompt": 0.25 }, 0.25],
    [{ "langfuse.observation.type": "generation", "langfuse.observation.cost_details": '{"total":0.75}' }, 0.75],
    [
      { "langfuse.observation.type": "generation", "langfuse.observation.cost_details": '{"input":0.5,"output":0.25}' },
      0.75,
    ],
    [{ "langfuse.observation.type": "generation", "langfuse.observation.cost_details": '{"total":0}' }, undefined],
  ])("%o: %s", (attributes, cost) => {
    expect(costOf(attributes)).toBe(cost);
  });
});
