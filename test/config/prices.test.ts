/** `service::sessions::prices`: what models cost, before the packaged list. */
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { priceTablesOf } from "../../src/price-tables.ts";
import { components, goodConfig } from "./components.ts";
import { problemsOf } from "./problems-of.ts";

const withPrices = (prices: string) => goodConfig.replace("judges: [rules] }", `judges: [rules], prices: ${prices} }`);
const load = (text: string) => loadConfig({ text, env: {} }, components).config;

describe("service::sessions::prices", () => {
  it("are the packaged list when nothing is said", () => {
    expect(priceTablesOf(load(goodConfig)).map(({ name, prices }) => [name, prices.length > 0])).toEqual([
      ["service::sessions::prices::models", false],
      ["list prices", true],
    ]);
  });

  it("written in the configuration go before the packaged list", () => {
    const config = load(
      withPrices("{ models: [ { providers: [azure], models: [shop-*], input: 1, output: 2, cache_read: 0.5 } ] }"),
    );
    expect(priceTablesOf(config)[0]?.prices).toEqual([
      { providers: ["azure"], models: ["shop-*"], input: 1, output: 2, cache_read: 0.5 },
    ]);
  });

  it("of a file that is not there stop the start, and name it", () => {
    expect(() => priceTablesOf(load(withPrices("{ file: /nowhere/prices.json }")))).toThrow(
      /\/nowhere\/prices\.json.*ENOENT/,
    );
  });

  it.each([
    ["{ models: [ { models: [m], input: 1 } ] }", /prices::models::0::output/],
    ["{ models: [ { models: [m], input: -1, output: 1 } ] }", /prices::models::0::input/],
    ["{ models: [ { models: [m], input: 1, output: 1, per_token: 1 } ] }", /per_token/],
    ["{ fiel: x }", /fiel/],
  ])("%s is refused with its place", (prices, message) => {
    expect(problemsOf({ text: withPrices(prices), env: {} }, components).join("\n")).toMatch(message);
  });
});
