/**
 * Reads flattened message lists. As with JSON lists, a list that begins as one that was read before is read only from
 * where they differ, and the messages they share are the same objects.
 */
import type { AttributeMap } from "../model/span.ts";
import type { JsonValue } from "../model/session.ts";
import { groupBy } from "./group-by.ts";
import { indexedEntries, unfoldElement } from "./indexed-attributes.ts";
import type { IndexedEntry } from "./indexed-attributes.ts";
import type { Message } from "./message.ts";
import { parseMessage } from "./parse-message.ts";

const remembered = 16;

interface KnownMessage {
  readonly index: number;
  /** End (exclusive) of its entries. */
  readonly end: number;
  readonly message: Message | undefined;
}

interface KnownList {
  readonly prefix: string;
  readonly entries: readonly IndexedEntry[];
  readonly messages: readonly KnownMessage[];
}

/** `toChat` turns an unfolded element into a chat message. */
export type ReadIndexedMessages = (
  attributes: AttributeMap,
  prefix: string,
  toChat: (element: JsonValue) => JsonValue,
) => readonly Message[];

export function createIndexedMessageReader(): ReadIndexedMessages {
  const known: KnownList[] = [];
  return (attributes, prefix, toChat) => {
    const entries = indexedEntries(attributes, prefix);
    if (entries.length === 0) return [];
    const before = bestMatch(known, prefix, entries);
    const parse = (group: readonly IndexedEntry[]) => parseMessage(toChat(unfoldElement(group, prefix)));
    const messages = readOn(entries, before.shared, parse);
    if (before.list !== undefined && before.isWhole) known.splice(known.indexOf(before.list), 1);
    known.unshift({ prefix, entries, messages });
    if (known.length > remembered) known.pop();
    return [...messages].sort((a, b) => a.index - b.index).flatMap(({ message }) => message ?? []);
  };
}

interface Match {
  readonly list?: KnownList;
  /** The whole known list is the beginning of the new one. */
  readonly isWhole: boolean;
  readonly shared: readonly KnownMessage[];
}

function bestMatch(known: readonly KnownList[], prefix: string, entries: readonly IndexedEntry[]): Match {
  let best: Match = { isWhole: false, shared: [] };
  for (const list of known) {
    if (list.prefix !== prefix) continue;
    const common = countCommon(list.entries, entries);
    const shared = list.messages.filter(({ end }) => end <= common);
    if (shared.length > best.shared.length) best = { list, isWhole: common === list.entries.length, shared };
    if (best.isWhole) break;
  }
  return { ...best, shared: withoutOpenLast(best.shared, entries) };
}

function countCommon(a: readonly IndexedEntry[], b: readonly IndexedEntry[]): number {
  const length = Math.min(a.length, b.length);
  let count = 0;
  while (count < length && a[count]?.key === b[count]?.key && a[count]?.value === b[count]?.value) count++;
  return count;
}

/** The last shared message may have further entries in the new list; then it is read anew. */
function withoutOpenLast(shared: readonly KnownMessage[], entries: readonly IndexedEntry[]): readonly KnownMessage[] {
  const last = shared.at(-1);
  return last !== undefined && entries[last.end]?.index === last.index ? shared.slice(0, -1) : shared;
}

type ParseGroup = (group: readonly IndexedEntry[]) => Message | undefined;

/** Entries of one message normally stand together; if a later one belongs to a message already read, all is read anew. */
function readOn(
  entries: readonly IndexedEntry[],
  shared: readonly KnownMessage[],
  parse: ParseGroup,
): readonly KnownMessage[] {
  const messages = [...shared];
  const seen = new Set(shared.map(({ index }) => index));
  let from = shared.at(-1)?.end ?? 0;
  while (from < entries.length) {
    const index = entries[from]?.index ?? 0;
    if (seen.has(index)) return readScattered(entries, parse);
    let end = from + 1;
    while (entries[end]?.index === index) end++;
    messages.push({ index, end, message: parse(entries.slice(from, end)) });
    seen.add(index);
    from = end;
  }
  return messages;
}

/** Nothing of such a list is shared with later ones: its ends lie beyond every list. */
function readScattered(entries: readonly IndexedEntry[], parse: ParseGroup): readonly KnownMessage[] {
  const groups = groupBy(entries, (entry) => entry.index);
  return [...groups].map(([index, group]) => ({ index, end: Number.POSITIVE_INFINITY, message: parse(group) }));
}
