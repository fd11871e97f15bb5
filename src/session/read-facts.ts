/** All of a set of facts, read at once. */
import { createFactsReader } from "./facts-reader.ts";
import type { ReadFacts, ReadOptions } from "./facts-reader.ts";
import type { SpanFacts } from "./span-facts.ts";

export function readFacts(facts: SpanFacts, options: ReadOptions = {}): ReadFacts {
  const reader = createFactsReader(options);
  reader.add(facts);
  return reader.read();
}
