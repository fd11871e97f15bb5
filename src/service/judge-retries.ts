import { LRUCache } from "lru-cache";

/** How often a judgement that failed is tried again: a few times, further and further apart. Forgotten on a restart. */
export interface JudgeRetries {
  /** Notes a failure. When to try again, at the earliest after `atLeastMs`; undefined when it was tried often enough. */
  next(key: string, atLeastMs: number): Date | undefined;
  /** Notes a failure that asking again cannot mend. */
  giveUp(key: string): void;
  /** Whether it is not to be tried again. */
  isGivenUp(key: string): boolean;
  /** Someone asked for it again: it may be tried as often as the first time. */
  forget(key: string): void;
}

const maximumTries = 5;
const firstDelayMs = 5000;
const longestDelayMs = 10 * 60_000;
/** Beyond that many failing judgements the oldest start counting anew. */
const remembered = 10_000;

export function createJudgeRetries(now: () => number = Date.now): JudgeRetries {
  const failures = new LRUCache<string, number>({ max: remembered });
  return {
    next(key, atLeastMs) {
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      if (count >= maximumTries) return undefined;
      const delayMs = Math.min(firstDelayMs * 2 ** (count - 1), longestDelayMs);
      return new Date(now() + Math.max(delayMs, atLeastMs));
    },
    giveUp: (key) => void failures.set(key, maximumTries),
    isGivenUp: (key) => (failures.get(key) ?? 0) >= maximumTries,
    forget: (key) => void failures.delete(key),
  };
}
