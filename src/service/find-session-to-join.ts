/** Whether a session is a part of another one. The rules are session/'s; here they meet the store. */
import type { Claim, LinkedSession, Store } from "../component/store.ts";
import type { ReadOptions } from "../session/facts-reader.ts";
import { shouldJoin } from "../session/join.ts";
import type { DerivedSession } from "./kept-sessions.ts";

export interface JoinContext {
  readonly store: Store;
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
  { store, reading }: JoinContext,
): Promise<string | undefined> {
  if (claim.source !== "otlp" || claim.conversationId !== undefined) return undefined;
  // All of them: with what has come since, a part that was none may have become one.
  const linked = await findLinked(claim, derived.links, store);
  if (linked.length === 0) return undefined;
  const candidates = linked.map(async ({ id, conversationId }) => ({
    id,
    ...(conversationId === undefined ? {} : { conversationId }),
    facts: await store.readFacts({ project: claim.project, id }),
  }));
  return shouldJoin(await store.readFacts(claim), await Promise.all(candidates), reading);
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
  const found = await findLinked(claim, newLinks(derived), store);
  if (found.every(({ conversationId }) => conversationId !== undefined)) return [];
  const linked = await findLinked(claim, derived.links, store);
  return linked.filter(({ sharedLinks, links }) => sharedLinks === links);
}

async function findLinked(claim: Claim, links: readonly bigint[], store: Store): Promise<readonly LinkedSession[]> {
  return links.length === 0 ? [] : store.findLinkedSessions(claim, links, maximumCandidates);
}

/** Those that are new. A session that is built again without any new fact was asked to look again. */
function newLinks({ links, before, hasNewFacts }: DerivedSession): readonly bigint[] {
  if (before === undefined || !hasNewFacts) return links;
  const differs = links.findIndex((link, at) => link !== before.links[at]);
  return differs < 0 ? [] : links.slice(differs);
}
