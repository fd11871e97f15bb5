/** What a model call cost: as its span says, else its tokens at the price of its model, else unknown. Never a guess, never 0. */
import type { AppliedPrice, CallCost } from "../model/cost.ts";
import type { TokenUsage } from "../model/session.ts";
import { providerOf, servedModel } from "./model-names.ts";
import type { ServedModel } from "./model-names.ts";
import type { ModelPrice, PriceTable, PriceTables } from "./price-table.ts";

export interface PricedCall {
  readonly provider?: string;
  readonly model?: string;
  readonly responseModel?: string;
  readonly usage?: TokenUsage;
  /** Of the input tokens, those written to a cache. */
  readonly cacheWriteTokens?: number;
  readonly serviceTier?: string;
  /** In US dollars, as the span says. */
  readonly costUsd?: number;
}

/** The model that answered goes before the one that was asked for. */
export function costOfCall(call: PricedCall, tables: PriceTables): CallCost {
  const { usage, costUsd, cacheWriteTokens = 0, provider } = call;
  if (costUsd !== undefined) return { costUsd, from: "span" };
  if (usage === undefined) return { unpriced: "no_usage" };
  const named = [call.responseModel, call.model].flatMap((name) => name ?? []);
  if (named.length === 0) return { unpriced: "no_model" };
  if (!isStandard(call.serviceTier)) return { unpriced: "service_tier" };
  const found = named.map((name) => findPrice(servedModel(name, provider), provider, tables)).find(Boolean);
  if (found === undefined) return { unpriced: "no_price" };
  const cost = costOf(usage, cacheWriteTokens, found.price);
  return cost === undefined
    ? { unpriced: "no_price" }
    : { costUsd: cost, from: "price", price: appliedPrice(found.table, found.price) };
}

function appliedPrice(table: string, { models, as_of }: ModelPrice): AppliedPrice {
  return { table, models, ...(as_of === undefined ? {} : { asOf: as_of }) };
}

/** Other tiers (batch, flex, priority) have prices of their own. */
function isStandard(tier: string | undefined): boolean {
  return tier === undefined || ["default", "auto", "standard"].includes(tier.toLowerCase());
}

function findPrice(
  model: ServedModel | undefined,
  provider: string | undefined,
  tables: PriceTables,
): { readonly table: string; readonly price: ModelPrice } | undefined {
  if (model === undefined) return undefined;
  for (const table of tables) {
    const price = findInTable(model, provider, table);
    if (price !== undefined) return { table: table.name, price };
  }
  return undefined;
}

/** The most exact way to write the model first; of several entries the first. */
function findInTable({ names, provider }: ServedModel, raw: string | undefined, { prices }: PriceTable) {
  for (const name of names) {
    const price = prices.find((price) => servesAs(price, provider, raw) && price.models.some(matches(name)));
    if (price !== undefined) return price;
  }
  return undefined;
}

/** An unknown provider (a framework's name, a service's) may be anyone. */
function servesAs({ providers }: ModelPrice, provider: string | undefined, raw: string | undefined): boolean {
  if (providers === undefined) return true;
  if (raw !== undefined && providers.includes(raw)) return true;
  return provider === undefined || providers.some((name) => name === provider || providerOf(name) === provider);
}

function matches(name: string): (pattern: string) => boolean {
  return (pattern) => {
    const lower = pattern.toLowerCase();
    return lower.endsWith("*") ? name.startsWith(lower.slice(0, -1)) : name === lower;
  };
}

/** Undefined when the call used a kind of tokens that the price does not name. */
function costOf(usage: TokenUsage, cacheWrite: number, price: ModelPrice): number | undefined {
  const { inputTokens, outputTokens, cachedInputTokens: cacheRead } = usage;
  const long = price.long_context;
  const rates = long !== undefined && inputTokens > long.above ? long : price;
  const kinds = [
    [Math.max(inputTokens - cacheRead - cacheWrite, 0), rates.input],
    [cacheRead, rates.cache_read],
    [cacheWrite, rates.cache_write],
    [outputTokens, rates.output],
  ] as const;
  let cost = 0;
  for (const [tokens, rate] of kinds) {
    if (tokens > 0 && rate === undefined) return undefined;
    cost += (tokens * (rate ?? 0)) / 1_000_000;
  }
  return roundUsd(cost);
}

/** To a millionth of a millionth of a dollar: what is below is the computer's own. */
export function roundUsd(amount: number): number {
  return Number(amount.toFixed(12));
}
