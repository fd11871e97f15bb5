import { LRUCache } from "lru-cache";

/** How often a judgement that failed is tried again: a few times, further and further apart. Forgotten on a restart. */
export interface JudgeRetries {
  /** Notes a failure. When to try again, at the earliest after `atLeastMs`; undefined when it was tried often enough. */
  next(key: string, atLeastMs: number): Date | undefined;
  /** Notes that it had to wait in line. When to try again; that never uses up what `next` counts. */
  wait(key: string, atLeastMs: number): Date;
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
  const waits = new LRUCache<string, number>({ max: remembered });
  const countOne = (counts: LRUCache<string, number>, key: string): number => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count;
  };
  const after = (count: number, atLeastMs: number): Date =>
    new Date(now() + Math.max(Math.min(firstDelayMs * 2 ** (count - 1), longestDelayMs), atLeastMs));
  return {
    next(key, atLeastMs) {
      const count = countOne(failures, key);
      return count >= maximumTries ? undefined : after(count, atLeastMs);
    },
    wait: (key, atLeastMs) => after(countOne(waits, key), atLeastMs),
    giveUp: (key) => void failures.set(key, maximumTries),
    isGivenUp: (key) => (failures.get(key) ?? 0) >= maximumTries,
    forget: (key) => void failures.delete(key),
  };
}
