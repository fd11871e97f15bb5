/** Is a session without an id a part of one that is already there? The store finds candidates by links; this decides. */
import { groupBy } from "../dialects/group-by.ts";
import type { ReadOptions } from "./facts-reader.ts";
import { groupConversations } from "./group-conversations.ts";
import { readFacts } from "./read-facts.ts";
import type { SpanFacts } from "./span-facts.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface JoinCandidate {
  readonly id: string;
  readonly conversationId?: string;
  readonly facts: SpanFacts;
}

/**
 * The candidate that the session belongs to: the one that grouping all their traces together puts it with. Undefined when
 * there is none. The session itself has no explicit id: those with different ids never join, and the one without joins
 * the one with. Whichever of two parts asks first, they end up as one.
 */
export function shouldJoin(
  mine: SpanFacts,
  candidates: readonly JoinCandidate[],
  options: ReadOptions = {},
): string | undefined {
  const groups = groupConversations(unitsOfAll(mine, candidates, options)).map((group) => group.units);
  const together = groups.filter((group) => group.some(({ owner }) => owner === undefined)).flat();
  const owners = groupBy(together, ({ owner }) => owner);
  const others = [...owners].flatMap(([id, units]) => (id === undefined ? [] : [{ id, units }]));
  return others.sort((a, b) => Number(hasId(b.units)) - Number(hasId(a.units)) || compareStarts(a, b))[0]?.id;
}

interface OwnedUnit extends IdentifiedUnit {
  /** The candidate whose unit it is; absent for the session that asks. */
  readonly owner?: string;
}

/** Read all together: the order of log records is known only with the earlier calls at hand. Each trace counts once. */
function unitsOfAll(mine: SpanFacts, candidates: readonly JoinCandidate[], options: ReadOptions): readonly OwnedUnit[] {
  const ownerOfTrace = new Map<string, string | undefined>(mine.spans.map(({ traceId }) => [traceId, undefined]));
  const facts = candidates.map((candidate) => factsOfNewTraces(candidate, ownerOfTrace));
  const { units } = readFacts(
    {
      spans: [...mine.spans, ...facts.flatMap(({ spans }) => spans)],
      logRecords: [...mine.logRecords, ...facts.flatMap(({ logRecords }) => logRecords)],
    },
    options,
  );
  return units.flatMap((unit) => {
    const named = candidates.find(
      ({ conversationId }) => unit.plainId !== undefined && conversationId === unit.plainId,
    );
    if (unit.plainId !== undefined) return named === undefined ? [] : [{ ...unit, owner: named.id }];
    const owner = candidates.find(({ id }) => id === ownerOfTrace.get(unit.traceId));
    if (owner === undefined) return [unit];
    return [{ ...unit, ...(owner.conversationId === undefined ? {} : { id: owner.conversationId }), owner: owner.id }];
  });
}

function factsOfNewTraces({ id, facts }: JoinCandidate, ownerOfTrace: Map<string, string | undefined>): SpanFacts {
  const known = new Set(ownerOfTrace.keys());
  const isNew = ({ traceId }: { readonly traceId?: string }) => traceId !== undefined && !known.has(traceId);
  for (const span of facts.spans) if (isNew(span)) ownerOfTrace.set(span.traceId, id);
  return { spans: facts.spans.filter(isNew), logRecords: facts.logRecords.filter(isNew) };
}

function hasId(units: readonly OwnedUnit[]): boolean {
  return units.some(({ plainId }) => plainId !== undefined);
}

/** The conversation that began first; the id decides between those that began together. */
function compareStarts(
  a: { id: string; units: readonly OwnedUnit[] },
  b: { id: string; units: readonly OwnedUnit[] },
): number {
  const [one, other] = [startOf(a.units), startOf(b.units)];
  if (one !== other) return one < other ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function startOf(units: readonly OwnedUnit[]): bigint {
  return units.reduce(
    (first, { startUnixNano }) => (startUnixNano < first ? startUnixNano : first),
    units[0]?.startUnixNano ?? 0n,
  );
}
