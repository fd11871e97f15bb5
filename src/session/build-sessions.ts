/** All conversations of a set of spans and log records at once: what `replay` does with files. */
import type { BuiltSession } from "../model/session.ts";
import { buildFromUnits } from "./build-session.ts";
import type { ReadOptions } from "./facts-reader.ts";
import { groupConversations } from "./group-conversations.ts";
import { readFacts } from "./read-facts.ts";
import type { SpanFacts } from "./span-facts.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

/** By start; without those that have no turns (traces of something else than agents). Never throws. */
export function buildSessions(facts: SpanFacts, options: ReadOptions = {}): readonly BuiltSession[] {
  const read = readFacts(facts, options);
  return groupConversations<IdentifiedUnit>(read.units)
    .map(({ id, units }) => buildFromUnits(units, read.tree, id))
    .filter(({ turns }) => turns.length > 0)
    .sort((a, b) => (a.startedAt?.getTime() ?? 0) - (b.startedAt?.getTime() ?? 0));
}
