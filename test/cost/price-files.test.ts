import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readListPrices, readPriceFile } from "../../src/cost/read-price-file.ts";
import { StartError } from "../../src/model/errors.ts";

describe("the packaged list prices", () => {
  const { prices } = readListPrices();

  it("are dated, and name the provider whose list they are from", () => {
    for (const { as_of, providers } of prices) {
      expect(as_of).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(providers).not.toEqual(undefined);
    }
  });

  it("have one price for each model of a provider", () => {
    const names = prices.flatMap(({ providers = [], models }) =>
      providers.flatMap((provider) => models.map((model) => `${provider} ${model}`)),
    );
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it("charge less for what is read from a cache, and no less for what is written to one", () => {
    for (const { input, output, cache_read = 0, cache_write = input } of prices) {
      expect(cache_read).toBeLessThan(input);
      expect(cache_write).toBeGreaterThanOrEqual(input);
      expect(output).toBeGreaterThan(input);
    }
  });
});

describe("a price file", () => {
  const folder = mkdtempSync(join(tmpdir(), "turnwise-prices-"));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it("holds entries like the packaged list", () => {
    const path = file("good.json", '{"prices":[{"models":["m"],"input":1,"output":2,"as_of":"2026-01-31"}]}');
    expect(readPriceFile(path)).toEqual({
      name: path,
      prices: [{ models: ["m"], input: 1, output: 2, as_of: "2026-01-31" }],
    });
  });

  it.each<[what: string, text: string, message: RegExp]>([
    ["no JSON", "{", /JSON/],
    ["a list", "[]", /expected object/i],
    ["an unknown key", '{"prices":[{"models":["m"],"input":1,"output":2,"inptu":1}]}', /prices::0.*inptu/],
    ["a negative price", '{"prices":[{"models":["m"],"input":-1,"output":2}]}', /prices::0::input/],
    ["a price as text", '{"prices":[{"models":["m"],"input":"1","output":2}]}', /prices::0::input/],
    ["no models", '{"prices":[{"models":[],"input":1,"output":2}]}', /prices::0::models/],
    ["a date that is none", '{"prices":[{"models":["m"],"input":1,"output":2,"as_of":"May"}]}', /prices::0::as_of/],
  ])("with %s is refused with its name and what is wrong", (what, text, message) => {
    const path = file(`${what.replaceAll(" ", "-")}.json`, text);
    const read = () => readPriceFile(path);
    expect(read).toThrow(StartError);
    expect(read).toThrow(message);
    expect(read).toThrow(path);
  });

  it("that is not there is named", () => {
    expect(() => readPriceFile(join(folder, "missing.json"))).toThrow(/missing\.json.*ENOENT/);
  });
});
