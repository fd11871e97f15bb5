/** Digests by which the sessions of a service find each other without an id: of neighbouring messages, system prompts apart. */
import { createHash } from "node:crypto";
import { isAside } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { ModelOperation } from "../dialects/operation.ts";
import type { Call } from "./call.ts";
import { isEmptyMessage, messageKey, messageKeyWithIds } from "./message-key.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface LinkList {
  /** Of the units of a session, by start. Units known from before that lead the list are not read again. */
  update(units: readonly IdentifiedUnit[]): SessionLinks;
}

/** 64-bit, signed, each once. */
export interface SessionLinks {
  readonly links: readonly bigint[];
  /** Of the units that have changed: those that were not there before, and what may tie them to others only now. */
  readonly newLinks: readonly bigint[];
}

interface KnownUnit {
  readonly unit: IdentifiedUnit;
  readonly added: readonly bigint[];
}

export function createLinkList(): LinkList {
  const links = new Set<bigint>();
  const known: KnownUnit[] = [];

  function add(unit: IdentifiedUnit): KnownUnit {
    const added = [...new Set([...linksOf(unit), ...tiesOf(unit)])].filter((link) => !links.has(link));
    for (const link of added) links.add(link);
    return { unit, added };
  }

  return {
    update(units) {
      const differs = known.findIndex(({ unit }, at) => unit !== units[at]);
      const changed = known.splice(differs < 0 ? known.length : differs);
      const before = new Set(changed.flatMap(({ added }) => added));
      for (const link of before) links.delete(link);
      const added = units.slice(known.length).map(add);
      known.push(...added);
      const fresh = added.flatMap((one) => [...one.added.filter((link) => !before.has(link)), ...tiesOf(one.unit)]);
      return { links: [...links], newLinks: [...new Set(fresh)] };
    },
  };
}

/** Some of them more than once. */
function linksOf({ calls, service }: IdentifiedUnit): readonly bigint[] {
  return [
    ...calls.flatMap(({ operation }) => responsesOf(operation).map((id) => digest(["response", service, id]))),
    ...calls.flatMap((call) => linksOfCall(call, service)),
  ];
}

const linksOfCalls = new WeakMap<Call, { readonly service: string; readonly links: readonly bigint[] }>();

/** A trace may be long, and is read anew when something about it is new. */
function linksOfCall(call: Call, service: string): readonly bigint[] {
  const known = linksOfCalls.get(call);
  if (known?.service === service) return known.links;
  const isLoose = call.operation.input.isLoose === true;
  const links = [...new Set(isLoose ? linksOfMessages(call, service) : linksOfNeighbours(call, service))];
  linksOfCalls.set(call, { service, links });
  return links;
}

/**
 * What the store does not see at ingest, though it joins sessions: an id within a JSON value, or user and service, which
 * tie what is close in time: each trace anew.
 */
function tiesOf({ embeddedId, circumstance }: IdentifiedUnit): readonly bigint[] {
  return [
    ...(embeddedId === undefined ? [] : [digest(["conversation", embeddedId])]),
    ...(circumstance === undefined ? [] : [digest(["circumstance", circumstance])]),
  ];
}

/** The responses by which one request goes on from another. From a chat completion or an Anthropic message none can. */
function responsesOf({ responseId, previousResponseId }: ModelOperation): readonly string[] {
  const own = responseId === undefined || /^(?:chatcmpl|cmpl|msg)[-_]/.test(responseId) ? [] : [responseId];
  return previousResponseId === undefined ? own : [previousResponseId, ...own];
}

/** Of a pair of messages, kept by its second one: histories share their objects, so each is computed once. */
const linksOfPairs = new WeakMap<
  Message,
  { readonly before: Message; readonly service: string; readonly link: bigint | undefined }
>();

/** What one call answered is, in the next call's input, the neighbour of what it was asked. */
function linksOfNeighbours({ history, operation }: Call, service: string): readonly bigint[] {
  const messages = [...history, ...operation.output.filter((message) => !isAside(message))];
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
