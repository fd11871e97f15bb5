import { describe, expect, it } from "vitest";
import { cacheKey, createMemoryCache } from "../../src/llm/cache.ts";

const parts = { version: "1", model: "m", params: { temperature: 0 }, prompt: ["system", "user"] };

describe("createMemoryCache", () => {
  it("gives back what was set", () => {
    const cache = createMemoryCache();
    expect(cache.get("a")).toBeUndefined();
    cache.set("a", { json: "{}", model: "m" });
    expect(cache.get("a")).toEqual({ json: "{}", model: "m" });
  });

  it("is bounded in bytes: the oldest go first, and what is too large is not kept", () => {
    const cache = createMemoryCache();
    const json = "x".repeat(1024 * 1024);
    for (let i = 0; i < 40; i++) cache.set(`key ${i}`, { json, model: "m" });
    const kept = Array.from({ length: 40 }, (_, i) => cache.get(`key ${i}`) !== undefined);
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(16);
    expect(kept[39]).toBe(true);
    expect(kept[0]).toBe(false);
    cache.set("huge", { json: "x".repeat(40 * 1024 * 1024), model: "m" });
    expect(cache.get("huge")).toBeUndefined();
  });
});

describe("cacheKey", () => {
  it("is the same for the same question", () => {
    expect(cacheKey(parts)).toBe(cacheKey(structuredClone(parts)));
  });

  const others: [string, Partial<typeof parts>][] = [
    ["version", { version: "2" }],
    ["model", { model: "n" }],
    ["params", { params: { temperature: 1 } }],
    ["prompt", { prompt: ["system", "user "] }],
    ["place of a text", { prompt: ["systemuser"] }],
  ];
  for (const [what, other] of others) {
    it(`differs with the ${what}`, () => {
      expect(cacheKey({ ...parts, ...other })).not.toBe(cacheKey(parts));
    });
  }
});
