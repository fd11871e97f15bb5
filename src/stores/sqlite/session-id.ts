import { createHash, randomBytes } from "node:crypto";

/** The id of the session of an explicitly named conversation. 32 hex digits, like all session ids. */
export function conversationSessionId(project: string, conversationId: string): string {
  return derivedId(`conversation|${project}|${conversationId}`);
}

/** The id of the session that a trace without a conversation id is until it is joined to another. `traceId` in hex. */
export function traceSessionId(project: string, traceId: string): string {
  return derivedId(`trace|${project}|${traceId}`);
}

export function randomSessionId(): string {
  return randomBytes(16).toString("hex");
}

function derivedId(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 32);
}
