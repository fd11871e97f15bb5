/** Digests by which sessions without an id find each other: of neighbouring messages, system prompts apart. */
import { createHash } from "node:crypto";
import type { Message } from "../dialects/message.ts";
import type { Call } from "./call.ts";
import { isEmptyMessage, messageKey } from "./message-key.ts";

/** 64-bit, signed, each once. What one call answered is, in the next call's input, the neighbour of what it was asked. */
export function linksOf(calls: readonly Call[]): readonly bigint[] {
  const links = new Set<bigint>();
  const digested = new Map<Message, Message>();
  for (const { history, operation } of calls) {
    const messages = [...history, ...operation.output];
    for (let at = 1; at < messages.length; at++) {
      const [before, after] = [messages[at - 1], messages[at]];
      if (before === undefined || after === undefined || digested.get(before) === after) continue;
      digested.set(before, after);
      if (!isEmptyMessage(before) && !isEmptyMessage(after)) links.add(digest([messageKey(before), messageKey(after)]));
    }
  }
  return [...links];
}

/** The digest of an id found inside a JSON value, which the store does not see at ingest. */
export function linkOfEmbeddedId(id: string): bigint {
  return digest(["conversation", id]);
}

function digest(parts: readonly string[]): bigint {
  return createHash("sha256").update(JSON.stringify(parts)).digest().readBigInt64BE(0);
}
