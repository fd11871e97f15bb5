/** What a claimed session is, and whether it is a part of another one. The rules are session/'s; here they meet the store. */
import type { Claim, SessionFacts, Store } from "../component/store.ts";
import type { BuiltSession } from "../model/session.ts";
import { buildFromMessages } from "../session/build-from-messages.ts";
import { buildSession } from "../session/build-session.ts";
import { shouldJoin } from "../session/join.ts";

export interface DerivedSession {
  readonly built: BuiltSession;
  /** See Store.saveSession. */
  readonly links: readonly bigint[];
}

export function deriveSession({ source, conversationId }: Claim, facts: SessionFacts): DerivedSession {
  if (source !== "otlp")
    return { built: buildFromMessages({ messages: facts.messages, tools: facts.tools, source }), links: [] };
  const { session, links } = buildSession(facts, conversationId === undefined ? {} : { conversationId });
  return { built: session, links };
}

/** Reading what a candidate is made of costs time, and the right one shares the most. */
const maximumCandidates = 8;

/**
 * The id of the session that this one, which only its trace holds together, is a part of. To be asked after the session's links
 * are saved: of two parts that are built at the same time, the one that saves last then finds the other.
 */
export async function findSessionToJoin(
  claim: Claim,
  facts: SessionFacts,
  links: readonly bigint[],
  store: Store,
): Promise<string | undefined> {
  if (claim.source !== "otlp" || claim.conversationId !== undefined || links.length === 0) return undefined;
  const linked = await store.findLinkedSessions(claim, links, maximumCandidates);
  if (linked.length === 0) return undefined;
  const candidates = linked.map(async ({ id, conversationId }) => ({
    id,
    ...(conversationId === undefined ? {} : { conversationId }),
    facts: await store.readFacts({ project: claim.project, id }),
  }));
  return shouldJoin(facts, await Promise.all(candidates));
}
