/** Answers already paid for: in memory, bounded in bytes and in age, and in the store until their judgement is saved. */
import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { AnswerOwner, AnswerStore, ModelAnswer } from "../model/answer-store.ts";
import { JudgeError } from "../model/errors.ts";
import type { CallScope } from "./call-scope.ts";

export interface CompletionCache {
  /** Throws JudgeError when it cannot be found out. */
  get(key: string, scope?: CallScope): Promise<ModelAnswer | undefined>;
  set(key: string, answer: ModelAnswer, scope?: CallScope): Promise<void>;
}

const maxBytes = 32 * 1024 * 1024;
/** Long enough to repeat what a lost lease interrupted; short enough that judging again on purpose asks again. */
const maxAgeMs = 10 * 60_000;

export function createMemoryCache(): CompletionCache {
  const answers = new LRUCache<string, ModelAnswer>({
    maxSize: maxBytes,
    ttl: maxAgeMs,
    sizeCalculation: ({ json, model }, key) => 2 * (json.length + model.length + key.length),
  });
  return {
    get: async (key) => answers.get(key),
    set: async (key, answer) => void answers.set(key, answer),
  };
}

/**
 * As the memory's; and an answer about a stored session is on disk before anybody uses it, so that a server that dies
 * before the judgement is saved does not pay for it twice.
 */
export function createStoredCache(judge: string, answers: AnswerStore): CompletionCache {
  const memory = createMemoryCache();
  return {
    async get(key, scope) {
      const known = await memory.get(key);
      if (known !== undefined || scope === undefined) return known;
      return answers.readAnswer(ownerOf(judge, scope), key).catch((cause: unknown) => {
        throw new JudgeError("store_unavailable", "Earlier answers could not be read", { retryable: true, cause });
      });
    },
    async set(key, answer, scope) {
      await memory.set(key, answer);
      // A store that fails now is asked again by whoever saves the judgement; the answer is good all the same.
      if (scope !== undefined) await answers.saveAnswer(ownerOf(judge, scope), key, answer).catch(() => undefined);
    },
  };
}

const ownerOf = (judge: string, { ref, item }: CallScope): AnswerOwner => ({
  judge,
  ref,
  ...(item === undefined ? {} : { item }),
});

/** One key for one question: whatever could change the answer is part of it. */
export function cacheKey(parts: {
  readonly version: string;
  readonly model: string;
  readonly params: object;
  readonly prompt: readonly string[];
  /** A random mark in the prompt that differs between processes and changes nothing. */
  readonly nonce?: string | undefined;
}): string {
  const { version, model, params, prompt, nonce } = parts;
  const marked = nonce === undefined ? prompt : prompt.map((text) => text.replaceAll(nonce, "{nonce}"));
  return createHash("sha256")
    .update(JSON.stringify([version, model, params, marked]))
    .digest("hex");
}
