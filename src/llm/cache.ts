/** Answers already paid for. Kept in memory, bounded in bytes and in age; a shared or durable cache fits the same interface. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";

export interface CachedAnswer {
  /** The answer's JSON text, as it was accepted by its schema. */
  readonly json: string;
  /** The model that answered. */
  readonly model: string;
}

export interface CompletionCache {
  get(key: string): CachedAnswer | undefined;
  set(key: string, answer: CachedAnswer): void;
}

const maxBytes = 32 * 1024 * 1024;
/** Long enough to repeat what a lost lease interrupted; short enough that judging again on purpose asks again. */
const maxAgeMs = 10 * 60_000;

export function createMemoryCache(): CompletionCache {
  const answers = new LRUCache<string, CachedAnswer>({
    maxSize: maxBytes,
    ttl: maxAgeMs,
    sizeCalculation: ({ json, model }, key) => 2 * (json.length + model.length + key.length),
  });
  return {
    get: (key) => answers.get(key),
    set: (key, answer) => void answers.set(key, answer),
  };
}

/** One key for one question: whatever could change the answer is part of it. */
export function cacheKey(parts: {
  readonly version: string;
  readonly model: string;
  readonly params: object;
  readonly prompt: readonly string[];
}): string {
  const { version, model, params, prompt } = parts;
  return createHash("sha256")
    .update(JSON.stringify([version, model, params, prompt]))
    .digest("hex");
}
