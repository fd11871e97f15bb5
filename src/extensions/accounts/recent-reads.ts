import { LRUCache } from "lru-cache";

/** What was read a moment ago, so that a request costs no read. */
export interface RecentReads {
  /** What was read under that name at most MAX_AGE ago, else what `read` gives; that is asked once for all who wait for it. */
  find<Value>(name: string, read: () => Promise<Value>): Value | Promise<Value>;
  /** To be called when something has changed: nothing that was read before counts, nor what is being read. */
  forget(): void;
}

/** A change by another process counts after so long, in milliseconds. */
const MAX_AGE_MS = 5000;
const MAX_ENTRIES = 10_000;

interface Entry {
  readonly value: unknown;
}

/** `clock` counts milliseconds. */
export function createRecentReads(clock: { now(): number } = performance): RecentReads {
  const entries = new LRUCache<string, Entry>({ max: MAX_ENTRIES, ttl: MAX_AGE_MS, ttlResolution: 0, perf: clock });
  return {
    find<Value>(name: string, read: () => Promise<Value>): Value | Promise<Value> {
      const known = entries.get(name);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- under a name there is what its own reader gave
      if (known !== undefined) return known.value as Value | Promise<Value>;
      const reading = read();
      const entry: Entry = { value: reading };
      entries.set(name, entry);
      // Not kept when it was forgotten meanwhile: what was read may be from before the change.
      const settle = (then: () => void) => (entries.peek(name) === entry ? then() : undefined);
      reading.then(
        (value) => settle(() => entries.set(name, { value })),
        () => settle(() => entries.delete(name)),
      );
      return reading;
    },
    forget: () => entries.clear(),
  };
}
