/** Whether a session is a part of another one. The rules are session/'s; here they meet the store. */
import type { Claim, LinkedSession, Store } from "../component/store.ts";
import type { ReadOptions } from "../session/facts-reader.ts";
import { readTogether, shouldJoin } from "../session/join.ts";
import type { IdentifiedUnit } from "../session/trace-units.ts";
import type { DerivedSession, KeptSessions } from "./kept-sessions.ts";

export interface JoinContext {
  readonly store: Store;
  readonly kept: KeptSessions;
  readonly reading?: ReadOptions;
}

/** Reading what a candidate is made of costs time, and the right one shares the most. */
const maximumCandidates = 8;

/**
 * The id of the session that this one, which only its trace holds together, is a part of. To be asked after the session's links
 * are saved: of two parts that are built at the same time, the one that saves last then finds the other.
 */
export async function findSessionToJoin(
  claim: Claim,
  derived: DerivedSession,
  context: JoinContext,
): Promise<string | undefined> {
  if (claim.source !== "otlp" || claim.conversationId !== undefined) return undefined;
  const linked = await findLinked(claim, linksToLookBy(derived), context.store);
  if (linked.length === 0) return undefined;
  const [mine = [], ...others] = await readUnits(claim, derived, linked, context);
  return shouldJoin(
    mine,
    linked.map(({ id, conversationId }, at) => ({
      id,
      ...(conversationId === undefined ? {} : { conversationId }),
      units: others[at] ?? [],
    })),
  );
}

/**
 * By all links: what has come now may make two sessions one that shared a link before, and were not one by what they had then. A
 * long session looks by its new ones alone, as it has been looked for by the others many times.
 */
const linksToLookBy = ({ links, newLinks }: DerivedSession): readonly bigint[] =>
  links.length <= MOST_LINKS ? links : newLinks;

const MOST_LINKS = 500;

/** Of the session and of those that it may be a part of. */
async function readUnits(
  claim: Claim,
  { traces }: DerivedSession,
  linked: readonly LinkedSession[],
  { store, kept, reading }: JoinContext,
): Promise<readonly (readonly IdentifiedUnit[])[]> {
  const refs = linked.map(({ id }) => ({ project: claim.project, id }));
  const read = [traces, ...(await Promise.all(refs.map(async (ref) => kept.read(ref))))];
  if (!read.some(({ hasLogRecords }) => hasLogRecords)) return read.map(({ units }) => units);
  const facts = [claim, ...refs].map(async (ref) => store.readFacts(ref));
  return readTogether(await Promise.all(facts), reading);
}

/**
 * Has sessions built again that only their traces hold together and that may be parts of this one, whose name its sender
 * knows: they join it, as they would had they come later. Only those all of whose messages are found here.
 */
export async function callPartsIn(claim: Claim, derived: DerivedSession, store: Store): Promise<void> {
  if (claim.source !== "otlp" || claim.conversationId === undefined) return;
  for (const { id, conversationId } of await findParts(claim, derived, store))
    if (conversationId === undefined) await store.requestBuild({ project: claim.project, id });
}

async function findParts(claim: Claim, derived: DerivedSession, store: Store): Promise<readonly LinkedSession[]> {
  const found = await findLinked(claim, derived.newLinks, store);
  if (found.every(({ conversationId }) => conversationId !== undefined)) return [];
  const linked = await findLinked(claim, derived.links, store);
  return linked.filter(({ sharedLinks, links }) => sharedLinks === links);
}

async function findLinked(claim: Claim, links: readonly bigint[], store: Store): Promise<readonly LinkedSession[]> {
  return links.length === 0 ? [] : store.findLinkedSessions(claim, links, maximumCandidates);
}
