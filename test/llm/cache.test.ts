import { describe, expect, it } from "vitest";
import { cacheKey, createMemoryCache, createStoredCache } from "../../src/llm/cache.ts";
import type { AnswerStore, ModelAnswer } from "../../src/model/answer-store.ts";

const answer = { json: "{}", model: "m" };
const parts = { version: "1", model: "m", params: { temperature: 0 }, prompt: ["system", "user"] };

describe("createMemoryCache", () => {
  it("gives back what was set", async () => {
    const cache = createMemoryCache();
    expect(await cache.get("a")).toBeUndefined();
    await cache.set("a", answer);
    expect(await cache.get("a")).toEqual(answer);
  });

  it("is bounded in bytes: the oldest go first, and what is too large is not kept", async () => {
    const cache = createMemoryCache();
    const json = "x".repeat(1024 * 1024);
    for (let i = 0; i < 40; i++) await cache.set(`key ${i}`, { json, model: "m" });
    const found = await Promise.all(Array.from({ length: 40 }, (_, i) => cache.get(`key ${i}`)));
    const kept = found.map((one) => one !== undefined);
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(16);
    expect(kept[39]).toBe(true);
    expect(kept[0]).toBe(false);
    await cache.set("huge", { json: "x".repeat(40 * 1024 * 1024), model: "m" });
    expect(await cache.get("huge")).toBeUndefined();
  });
});

describe("createStoredCache", () => {
  const scope = { ref: { project: "default", id: "s" }, purpose: "turn 1" };

  function memoryStore() {
    const kept = new Map<string, ModelAnswer>();
    const keyOf = (owner: object, key: string): string => JSON.stringify([owner, key]);
    const store: AnswerStore = {
      readAnswer: async (owner, key) => kept.get(keyOf(owner, key)),
      saveAnswer: async (owner, key, given) => void kept.set(keyOf(owner, key), given),
    };
    return { kept, store };
  }

  it("knows what another process asked about the session, and nothing of other sessions and judges", async () => {
    const { store } = memoryStore();
    await createStoredCache("llm", store).set("a", answer, scope);
    const later = createStoredCache("llm", store);
    expect(await later.get("a", scope)).toEqual(answer);
    expect(await later.get("a", { ...scope, ref: { project: "default", id: "other" } })).toBeUndefined();
    expect(await createStoredCache("other", store).get("a", scope)).toBeUndefined();
  });

  it("keeps in memory only what is about no stored session", async () => {
    const { kept, store } = memoryStore();
    const cache = createStoredCache("llm", store);
    await cache.set("a", answer);
    expect(await cache.get("a")).toEqual(answer);
    expect(kept.size).toBe(0);
  });

  it("loses no answer to a store that fails, and asks for none that it may have", async () => {
    const broken = async (): Promise<never> => {
      throw new Error("the disk is full");
    };
    const cache = createStoredCache("llm", { readAnswer: broken, saveAnswer: broken });
    await cache.set("a", answer, scope);
    expect(await cache.get("a", scope)).toEqual(answer);
    await expect(cache.get("b", scope)).rejects.toMatchObject({ code: "store_unavailable", retryable: true });
  });
});

describe("cacheKey", () => {
  it("is the same for the same question", () => {
    expect(cacheKey(parts)).toBe(cacheKey(structuredClone(parts)));
  });

  it("knows nothing of the prompt's random mark", () => {
    const marked = (nonce: string) => cacheKey({ ...parts, prompt: ["system", `${nonce} user ${nonce}`], nonce });
    expect(marked("1f2e")).toBe(marked("3d4c"));
    expect(marked("1f2e")).not.toBe(cacheKey({ ...parts, prompt: ["system", "1f2e other 1f2e"], nonce: "1f2e" }));
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
