/** The packaged prices against another maintained list: a typing error in either shows. */
import { calcPrice } from "@pydantic/genai-prices";
import { describe, expect, it } from "vitest";
import { readListPrices } from "../../src/cost/read-price-file.ts";

/** Providers as the other list calls them; Bedrock's and Vertex's ways to write a model are not comparable. */
const theirs: Readonly<Record<string, string>> = { openai: "openai", anthropic: "anthropic", "gcp.gemini": "google" };

const compared = readListPrices().prices.flatMap((price) =>
  (price.providers ?? []).flatMap((provider) => {
    const providerId = theirs[provider];
    return providerId === undefined ? [] : price.models.map((model) => ({ providerId, model, price }));
  }),
);

const input = { input_tokens: 1000 };
const usages: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  input,
  output: { output_tokens: 1000 },
  cache_read: { ...input, cache_read_tokens: 1000 },
  cache_write: { ...input, cache_write_tokens: 1000 },
};

function perMillion(model: string, providerId: string, kind: string): number | undefined {
  const cost = calcPrice(usages[kind] ?? {}, model, { providerId })?.total_price;
  return cost === undefined ? undefined : Number((cost * 1000).toFixed(6));
}

describe("the packaged price of", () => {
  it.each(compared)("$model by $providerId is the one that others publish", ({ model, providerId, price }) => {
    const ours = Object.entries(price).filter(([kind]) => kind in usages);
    expect(ours.map(([kind]) => [kind, perMillion(model, providerId, kind)])).toEqual(ours);
  });
});
