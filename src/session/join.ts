/** Is a session without an id a part of one that is already there? The store finds candidates by links; this decides. */
import { groupBy } from "../dialects/group-by.ts";
import type { ReadOptions } from "./facts-reader.ts";
import { groupConversations } from "./group-conversations.ts";
import { readFacts } from "./read-facts.ts";
import type { SpanFacts } from "./span-facts.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

/** A session that another one may be a part of. */
export interface JoinCandidate {
  readonly id: string;
  readonly conversationId?: string;
  /** Of all its traces. */
  readonly units: readonly IdentifiedUnit[];
}

/**
 * The candidate that the session belongs to: the one that grouping all their traces together puts it with. Undefined when
 * there is none. The session itself has no explicit id: those with different ids never join, and the one without joins
 * the one with. Whichever of two parts asks first, they end up as one.
 */
export function shouldJoin(mine: readonly IdentifiedUnit[], candidates: readonly JoinCandidate[]): string | undefined {
  const groups = groupConversations(unitsOfAll(mine, candidates)).map((group) => group.units);
  const together = groups.filter((group) => group.some(({ owner }) => owner === undefined)).flat();
  const owners = groupBy(together, ({ owner }) => owner);
  const others = [...owners].flatMap(([id, units]) => (id === undefined ? [] : [{ id, units }]));
  return others.sort((a, b) => Number(hasId(b.units)) - Number(hasId(a.units)) || compareStarts(a, b))[0]?.id;
}

interface OwnedUnit extends IdentifiedUnit {
  /** The candidate whose unit it is; absent for the session that asks. */
  readonly owner?: string;
}

/** Each trace counts once: a session has all that there is of its traces. */
function unitsOfAll(mine: readonly IdentifiedUnit[], candidates: readonly JoinCandidate[]): readonly OwnedUnit[] {
  const named = new Map(candidates.map(({ id, conversationId }) => [conversationId, id]));
  const ofNamed = (unit: IdentifiedUnit): readonly OwnedUnit[] => {
    const owner = named.get(unit.plainId);
    return owner === undefined ? [] : [{ ...unit, owner }];
  };
  const all = mine.flatMap((unit) => (unit.plainId === undefined ? [unit] : ofNamed(unit)));
  const known = new Set(mine.map(({ traceId }) => traceId));
  for (const { id: owner, conversationId, units } of candidates) {
    const own = units.filter(({ traceId }) => !known.has(traceId));
    for (const unit of own) {
      known.add(unit.traceId);
      if (unit.plainId !== undefined) all.push(...ofNamed(unit));
      else all.push({ ...unit, ...(conversationId === undefined ? {} : { id: conversationId }), owner });
    }
  }
  return all;
}

/**
 * The units of several sessions, read all together: the order of log records is known only with the earlier calls at hand,
 * which may be another session's. A trace of several sessions is the first one's.
 */
export function readTogether(
  sessions: readonly SpanFacts[],
  options: ReadOptions = {},
): readonly (readonly IdentifiedUnit[])[] {
  const ownerOfTrace = new Map<string | undefined, number>();
  for (const [owner, { spans }] of sessions.entries())
    for (const { traceId } of spans) if (!ownerOfTrace.has(traceId)) ownerOfTrace.set(traceId, owner);
  const isOf = (owner: number) => (record: { readonly traceId?: string }) => ownerOfTrace.get(record.traceId) === owner;
  const { units } = readFacts(
    {
      spans: sessions.flatMap(({ spans }, at) => spans.filter(isOf(at))),
      logRecords: sessions.flatMap(({ logRecords }, at) => logRecords.filter(isOf(at))),
    },
    options,
  );
  return sessions.map((_, at) => units.filter(isOf(at)));
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
