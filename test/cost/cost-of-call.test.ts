import { describe, expect, it } from "vitest";
import { costOfCall } from "../../src/cost/cost-of-call.ts";
import type { PricedCall } from "../../src/cost/cost-of-call.ts";
import type { PriceTable } from "../../src/cost/price-table.ts";
import { readListPrices } from "../../src/cost/read-price-file.ts";

const lists = [readListPrices()];
const million = { inputTokens: 1_000_000, outputTokens: 1_000_000, cachedInputTokens: 0, reasoningTokens: 0 };

const costOf = (call: PricedCall, tables: readonly PriceTable[] = lists) => {
  const cost = costOfCall({ usage: { ...million, inputTokens: 100_000, outputTokens: 100_000 }, ...call }, tables);
  return "unpriced" in cost ? cost.unpriced : cost.costUsd;
};

describe("a call costs its tokens at the price of the model that served it", () => {
  it.each<[cost: number, provider: string | undefined, model: string]>([
    [0.075, "openai", "gpt-4o-mini"],
    [0.075, "openai", "gpt-4o-mini-2024-07-18"],
    [0.075, "OpenAI", "gpt-4o-mini"],
    [0.075, "openai.chat", "gpt-4o-mini"],
    [0.075, "openai.responses", "GPT-4o-mini"],
    [0.075, undefined, "gpt-4o-mini"],
    [0.075, "langchain", "gpt-4o-mini"],
    [0.075, "kestrel-support", "openai/gpt-4o-mini"],
    [1.25, "openai", "gpt-4o"],
    [1.25, "openai", "gpt-4o-2024-11-20"],
    [2, "openai", "gpt-4o-2024-05-13"],
    [1.8, "anthropic", "claude-sonnet-4-5-20250929"],
    [1.8, "anthropic.messages", "claude-sonnet-4-5"],
    [1.8, "anthropic", "claude-3-7-sonnet-latest"],
    [1.8, "aws.bedrock", "anthropic.claude-sonnet-4-20250514-v1:0"],
    [1.8, "aws.bedrock", "us.anthropic.claude-3-7-sonnet-20250219-v1:0"],
    [1.8, "kestrel-support", "us.anthropic.claude-3-7-sonnet-20250219-v1:0"],
    [1.8, "amazon-bedrock", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"],
    [1.8, undefined, "arn:aws:bedrock:us-east-1:1234:inference-profile/us.anthropic.claude-3-7-sonnet-20250219-v1:0"],
    [1.8, "gcp.vertex_ai", "claude-sonnet-4@20250514"],
    [1.8, "google.vertex.anthropic.messages", "claude-3-7-sonnet@20250219"],
    [1.125, "gcp.gemini", "gemini-2.5-pro"],
    [1.125, "google.generative-ai", "models/gemini-2.5-pro"],
    [1.125, "vertex_ai", "publishers/google/models/gemini-2.5-pro"],
    [0.28, "gcp.vertex.agent", "gemini-2.5-flash"],
    [0.28, "google", "gemini-2.5-flash-001"],
  ])("$%d by %s: %s", (cost, provider, model) => {
    expect(costOf({ model, ...(provider === undefined ? {} : { provider }) })).toBeCloseTo(cost, 10);
  });

  it("the model that answered goes before the one that was asked for", () => {
    expect(costOf({ provider: "openai", model: "gpt-4o-mini", responseModel: "gpt-4o-2024-08-06" })).toBe(1.25);
  });

  it("a deployment's name is priced when the model that answered has no price", () => {
    const table: PriceTable = {
      name: "mine",
      prices: [{ providers: ["azure"], models: ["shop-*"], input: 1, output: 1 }],
    };
    const call = { provider: "az.ai.openai", model: "shop-assistant", responseModel: "gpt-4o-2024-08-06" };
    expect(costOf(call, [table, ...lists])).toBeCloseTo(0.2, 10);
  });

  it("tokens read from a cache and written to one have prices of their own, and the rest is input", () => {
    const usage = { inputTokens: 1000, outputTokens: 100, cachedInputTokens: 600, reasoningTokens: 50 };
    const cost = costOf({ provider: "anthropic", model: "claude-sonnet-4-5", usage, cacheWriteTokens: 300 });
    expect(cost).toBeCloseTo((100 * 3 + 600 * 0.3 + 300 * 3.75 + 100 * 15) / 1e6, 12);
  });

  it("a long request has the price of long requests, for all of its tokens", () => {
    const usage = { inputTokens: 300_000, outputTokens: 1000, cachedInputTokens: 0, reasoningTokens: 0 };
    expect(costOf({ provider: "gcp.gemini", model: "gemini-2.5-pro", usage })).toBeCloseTo(0.75 + 0.015, 10);
  });

  it("what the span says goes before any price", () => {
    const call = { provider: "openai", model: "gpt-4o", usage: million, costUsd: 0.5 };
    expect(costOfCall(call, lists)).toEqual({ costUsd: 0.5, from: "span" });
  });

  it("says which price it took, from which list, and of when", () => {
    expect(costOfCall({ provider: "openai", model: "gpt-4o-mini-2024-07-18", usage: million }, lists)).toEqual({
      costUsd: 0.75,
      from: "price",
      price: { table: "list prices", models: ["gpt-4o-mini"], asOf: "2024-10-01" },
    });
  });
});

describe("a call whose price nobody knows has none, and never 0", () => {
  it.each<[reason: string, call: PricedCall]>([
    ["no_price", { provider: "openai", model: "gpt-17" }],
    ["no_price", { provider: "openai", model: "gpt-4o-mini-audio-preview" }],
    ["no_price", { provider: "openai", model: "ft:gpt-4o-mini:shop" }],
    ["no_price", { provider: "azure", model: "gpt-4o-mini" }],
    ["no_price", { provider: "az.ai.openai", model: "gpt-4o" }],
    ["no_price", { provider: "azure-openai.chat", model: "my-deployment" }],
    ["no_price", { provider: "openrouter", model: "openai/gpt-4o-mini" }],
    ["no_price", { provider: "groq", model: "gpt-4o-mini" }],
    ["no_price", { model: "azure/gpt-4o-mini" }],
    ["no_price", { provider: "ollama", model: "gpt-4o-mini" }],
    ["no_price", { provider: "aws.bedrock", model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0" }],
    ["no_price", { provider: "gcp.vertex_ai", model: "claude-sonnet-4-5@20250929" }],
    ["no_price", { provider: "anthropic", model: "gpt-4o-mini" }],
    ["no_price", { provider: "openai", model: "constructor" }],
    ["no_model", { provider: "openai" }],
    ["service_tier", { provider: "openai", model: "gpt-4o-mini", serviceTier: "flex" }],
    ["service_tier", { provider: "openai", model: "gpt-4o-mini", serviceTier: "priority" }],
  ])("%s: %o", (reason, call) => {
    expect(costOf(call)).toBe(reason);
  });

  it("without usage", () => {
    expect(costOfCall({ provider: "openai", model: "gpt-4o" }, lists)).toEqual({ unpriced: "no_usage" });
  });

  it("when it used tokens of a kind that its price does not name", () => {
    const table: PriceTable = { name: "mine", prices: [{ models: ["m"], input: 1, output: 1 }] };
    const usage = { ...million, cachedInputTokens: 10 };
    expect(costOfCall({ model: "m", usage }, [table])).toEqual({ unpriced: "no_price" });
    expect(costOfCall({ model: "m", usage: million, cacheWriteTokens: 1 }, [table])).toEqual({ unpriced: "no_price" });
  });

  it("but a standard tier is what list prices are for", () => {
    expect(costOf({ provider: "openai", model: "gpt-4o-mini", serviceTier: "default" })).toBe(0.075);
  });
});

describe("a price table of one's own", () => {
  const mine: PriceTable = {
    name: "mine",
    prices: [
      { models: ["gpt-4o-mini"], input: 1, output: 1 },
      { providers: ["acme"], models: ["acme-*"], input: 2, output: 2 },
      { models: ["free"], input: 0, output: 0 },
    ],
  };

  it("goes before the packaged list", () => {
    expect(costOf({ provider: "openai", model: "gpt-4o-mini-2024-07-18" }, [mine, ...lists])).toBeCloseTo(0.2, 10);
  });

  it("names providers and beginnings of models as it likes", () => {
    expect(costOf({ provider: "acme", model: "acme-large-2" }, [mine])).toBeCloseTo(0.4, 10);
    expect(costOf({ provider: "groq", model: "acme-large-2" }, [mine])).toBe("no_price");
  });

  it("may say that a model is free", () => {
    expect(costOf({ model: "free" }, [mine])).toBe(0);
  });
});
