/** Digests by which the sessions of a service find each other without an id: of neighbouring messages, system prompts apart. */
import { createHash } from "node:crypto";
import type { Message } from "../dialects/message.ts";
import type { Call } from "./call.ts";
import { isEmptyMessage, messageKey, messageKeyWithIds } from "./message-key.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface LinkList {
  /** Of the units of a session, by start: 64-bit, signed, each once. Units known from before that lead the list are not read again. */
  update(units: readonly IdentifiedUnit[]): readonly bigint[];
}

export function createLinkList(): LinkList {
  const links = new Set<bigint>();
  const known: { readonly unit: IdentifiedUnit; readonly added: readonly bigint[] }[] = [];
  return {
    update(units) {
      const differs = known.findIndex(({ unit }, at) => unit !== units[at]);
      for (const { added } of known.splice(differs < 0 ? known.length : differs))
        for (const link of added) links.delete(link);
      for (const unit of units.slice(known.length)) {
        const added = [...new Set(linksOf(unit))].filter((link) => !links.has(link));
        for (const link of added) links.add(link);
        known.push({ unit, added });
      }
      return [...links];
    },
  };
}

/** Some of them more than once. */
function linksOf({ calls, embeddedId, circumstance, service }: IdentifiedUnit): readonly bigint[] {
  return [
    ...calls.flatMap((call) => {
      return call.operation.input.isLoose === true ? linksOfMessages(call, service) : linksOfNeighbours(call, service);
    }),
    // What the store does not see at ingest, though it joins sessions: an id within a JSON value, or user and service.
    ...(embeddedId === undefined ? [] : [digest(["conversation", embeddedId])]),
    ...(circumstance === undefined ? [] : [digest(["circumstance", circumstance])]),
  ];
}

/** Of a pair of messages, kept by its second one: histories share their objects, so each is computed once. */
const linksOfPairs = new WeakMap<
  Message,
  { readonly before: Message; readonly service: string; readonly link: bigint | undefined }
>();

/** What one call answered is, in the next call's input, the neighbour of what it was asked. */
function linksOfNeighbours({ history, operation }: Call, service: string): readonly bigint[] {
  const messages = [...history, ...operation.output];
  const links: bigint[] = [];
  for (let at = 1; at < messages.length; at++) {
    const [before, after] = [messages[at - 1], messages[at]];
    const link = before === undefined || after === undefined ? undefined : linkOfPair(before, after, service);
    if (link !== undefined) links.push(link);
  }
  return links;
}

function linkOfPair(before: Message, after: Message, service: string): bigint | undefined {
  const known = linksOfPairs.get(after);
  if (known?.before === before && known.service === service) return known.link;
  const isEmpty = isEmptyMessage(before) || isEmptyMessage(after);
  const link = isEmpty ? undefined : digest([service, messageKey(before), messageKey(after)]);
  linksOfPairs.set(after, { before, service, link });
  return link;
}

/** The order of loose messages is known only together with the earlier calls: of them each counts alone, but the user's. */
function linksOfMessages({ history, operation }: Call, service: string): readonly bigint[] {
  return [...history, ...operation.output].flatMap((message) => {
    return message.role === "user" || isEmptyMessage(message) ? [] : [digest([service, messageKeyWithIds(message)])];
  });
}

function digest(parts: readonly string[]): bigint {
  return createHash("sha256").update(JSON.stringify(parts)).digest().readBigInt64BE(0);
}
