import { announceOnce } from "../announce.ts";
import { now } from "../clock.ts";
import { safely } from "../safely.ts";
import { deliver } from "./exporter.ts";
import type { Round } from "./send-at-exit.ts";
import { encodeSessionEnd, type EndedSession, logsTarget } from "./session-end.ts";
import type { OtlpTarget } from "./target.ts";

/** Tells the server of sessions that have ended, and remembers those that it has not been told of yet. */
export interface SessionEnds {
  /** Resolves when the server was told or will not be. `before`: what has to arrive first. Never rejects. */
  send(session: EndedSession, before: () => Promise<void>): Promise<void>;
  /** For the end of the process. */
  unsent(): readonly Round[];
}

/** `toSentId` makes of a conversation's id the one that its spans are sent with; undefined when they are sent without. */
export function createSessionEnds(spansTarget: OtlpTarget, toSentId: (id: string) => string | undefined): SessionEnds {
  const target = logsTarget(spansTarget);
  const waiting = new Set<Uint8Array>();
  return {
    async send(session, before) {
      if (target === undefined) {
        announceOnce(
          "session-end",
          `session ends are not sent: ${spansTarget.url} does not end in /v1/traces. Said once.`,
        );
        return;
      }
      const payload = safely(() => {
        const conversationId = toSentId(session.conversationId);
        return conversationId === undefined
          ? undefined
          : encodeSessionEnd(target, { ...session, conversationId }, now());
      });
      if (payload === undefined) return;
      waiting.add(payload);
      await before();
      await deliver(target, payload);
      waiting.delete(payload);
    },
    unsent: () => (target === undefined ? [] : [{ target, payloads: [...waiting] }]),
  };
}
