/** Digests by which sessions without an id find each other: of neighbouring messages, system prompts apart. */
import { createHash } from "node:crypto";
import type { Message } from "../dialects/message.ts";
import type { Call } from "./call.ts";
import { isEmptyMessage, messageKey, messageKeyWithIds } from "./message-key.ts";

/** 64-bit, signed, each once. */
export function linksOf(calls: readonly Call[]): readonly bigint[] {
  const links = new Set<bigint>();
  const digested = new Map<Message, Message>();
  for (const call of calls) {
    if (call.operation.input.isLoose === true) addMessages(links, call);
    else addNeighbours(links, digested, call);
  }
  return [...links];
}

/** What one call answered is, in the next call's input, the neighbour of what it was asked. */
function addNeighbours(links: Set<bigint>, digested: Map<Message, Message>, { history, operation }: Call): void {
  const messages = [...history, ...operation.output];
  for (let at = 1; at < messages.length; at++) {
    const [before, after] = [messages[at - 1], messages[at]];
    if (before === undefined || after === undefined || digested.get(before) === after) continue;
    digested.set(before, after);
    if (!isEmptyMessage(before) && !isEmptyMessage(after)) links.add(digest([messageKey(before), messageKey(after)]));
  }
}

/** The order of loose messages is known only together with the earlier calls: of them each counts alone, but the user's. */
function addMessages(links: Set<bigint>, { history, operation }: Call): void {
  for (const message of [...history, ...operation.output]) {
    if (message.role !== "user" && !isEmptyMessage(message)) links.add(digest([messageKeyWithIds(message)]));
  }
}

/** What the store does not see at ingest, though it joins sessions: an id within a JSON value, or user and service. */
export function linkOfName(kind: "conversation" | "circumstance", name: string): bigint {
  return digest([kind, name]);
}

function digest(parts: readonly string[]): bigint {
  return createHash("sha256").update(JSON.stringify(parts)).digest().readBigInt64BE(0);
}
