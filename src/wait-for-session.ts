import { setTimeout as sleep } from "node:timers/promises";
import type { SessionDetail, Turnwise } from "@turnwise/client";

const pollMs = 200;

/**
 * The session of a conversation, once `isReady` says so; undefined when that takes longer than `timeoutMs`. Throws what
 * the client throws.
 */
export async function waitForSession(
  client: Turnwise,
  conversationId: string,
  isReady: (session: SessionDetail) => boolean,
  timeoutMs: number,
): Promise<SessionDetail | undefined> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const { sessions } = await client.sessions.list({ conversation_id: conversationId, limit: 1 });
    const [found] = sessions;
    const session = found === undefined ? undefined : await client.sessions.get(found.id);
    if (session !== undefined && isReady(session)) return session;
    await sleep(pollMs);
  }
  return undefined;
}

export const isJudged = ({ status }: SessionDetail): boolean => status === "completed" || status === "failed";
