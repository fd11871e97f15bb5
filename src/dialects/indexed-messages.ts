/**
 * Reads flattened message lists. As with JSON lists, a list that begins as one that was read before is read only from
 * where they differ, and the messages they share are the same objects.
 */
import type { JsonValue } from "../model/session.ts";
import type { AttributeMap } from "../model/span.ts";
import { groupBy } from "./group-by.ts";
import { indexedEntries, indexInKey, unfoldElement } from "./indexed-attributes.ts";
import type { IndexedEntries } from "./indexed-attributes.ts";
import type { Message } from "./message.ts";
import { parseMessage } from "./parse-message.ts";

/** As many conversations can be interleaved before one is read from its beginning again. */
const remembered = 16;

interface KnownMessage {
  readonly index: number;
  /** End (exclusive) of its entries. */
  readonly end: number;
  readonly message: Message | undefined;
}

interface KnownList extends IndexedEntries {
  readonly prefix: string;
  /** In the order of their entries. */
  readonly messages: readonly KnownMessage[];
}

/** `toChat` turns an unfolded element into a chat message. */
export type ReadIndexedMessages = (
  attributes: AttributeMap,
  prefix: string,
  toChat: (element: JsonValue) => JsonValue,
) => readonly Message[];

type ParseGroup = (group: IndexedEntries) => Message | undefined;

export function createIndexedMessageReader(): ReadIndexedMessages {
  const known: KnownList[] = [];
  return (attributes, prefix, toChat) => {
    const expected = known.find((list) => list.prefix === prefix)?.keys;
    const entries = indexedEntries(attributes, prefix, expected);
    if (entries.keys.length === 0) return [];
    const before = bestMatch(known, prefix, entries);
    const parse: ParseGroup = (group) => parseMessage(toChat(unfoldElement(group, prefix)));
    const messages = readOn(entries, prefix, before.shared, parse);
    if (before.list !== undefined && before.isWhole) known.splice(known.indexOf(before.list), 1);
    known.unshift({ ...entries, prefix, messages });
    if (known.length > remembered) known.pop();
    return inOrder(messages);
  };
}

interface Match {
  readonly list?: KnownList;
  /** The whole known list is the beginning of the new one. */
  readonly isWhole: boolean;
  readonly shared: readonly KnownMessage[];
}

function bestMatch(known: readonly KnownList[], prefix: string, entries: IndexedEntries): Match {
  let best: Match = { isWhole: false, shared: [] };
  for (const list of known) {
    if (list.prefix !== prefix) continue;
    const common = countCommon(list, entries);
    const isWhole = common === list.keys.length;
    const shared = isWhole ? list.messages : list.messages.filter(({ end }) => end <= common);
    if (shared.length > best.shared.length && shared.at(-1)?.end !== scattered) best = { list, isWhole, shared };
    if (best.isWhole) break;
  }
  return { ...best, shared: withoutOpenLast(best.shared, entries, prefix) };
}

function countCommon(a: IndexedEntries, b: IndexedEntries): number {
  const length = Math.min(a.keys.length, b.keys.length);
  let count = 0;
  while (count < length && a.keys[count] === b.keys[count] && a.values[count] === b.values[count]) count++;
  return count;
}

/** The last shared message may have further entries in the new list; then it is read anew. */
function withoutOpenLast(
  shared: readonly KnownMessage[],
  { keys }: IndexedEntries,
  prefix: string,
): readonly KnownMessage[] {
  const last = shared.at(-1);
  const next = last === undefined ? undefined : keys[last.end];
  return next !== undefined && indexInKey(next, prefix) === last?.index ? shared.slice(0, -1) : shared;
}

/** Entries of one message normally stand together; if a later one belongs to a message already read, all is read anew. */
function readOn(
  entries: IndexedEntries,
  prefix: string,
  shared: readonly KnownMessage[],
  parse: ParseGroup,
): readonly KnownMessage[] {
  const messages = [...shared];
  const offset = shared.at(-1)?.end ?? 0;
  const indexes = entries.keys.slice(offset).map((key) => indexInKey(key, prefix));
  for (let from = 0; from < indexes.length;) {
    const index = indexes[from] ?? -1;
    if (messages.some((known) => known.index === index)) return readScattered(entries, prefix, parse);
    let end = from + 1;
    while (indexes[end] === index) end++;
    const message = index < 0 ? undefined : parse(sliceOf(entries, offset + from, offset + end));
    messages.push({ index, end: offset + end, message });
    from = end;
  }
  return messages;
}

function sliceOf({ keys, values }: IndexedEntries, from: number, end: number): IndexedEntries {
  return { keys: keys.slice(from, end), values: values.slice(from, end) };
}

/** The end of messages whose entries do not stand together: nothing of their list can be shared. */
const scattered = Number.POSITIVE_INFINITY;

function readScattered({ keys, values }: IndexedEntries, prefix: string, parse: ParseGroup): readonly KnownMessage[] {
  const groups = groupBy(keys.keys(), (at) => indexInKey(keys[at] ?? "", prefix));
  return [...groups].map(([index, places]) => {
    const group = { keys: places.map((at) => keys[at] ?? ""), values: places.map((at) => values[at] ?? null) };
    return { index, end: scattered, message: index < 0 ? undefined : parse(group) };
  });
}

/** By index, which is how they stand but for odd libraries. */
function inOrder(known: readonly KnownMessage[]): readonly Message[] {
  const messages: Message[] = [];
  let before = -1;
  for (const { index, message } of known) {
    if (index < before) return inOrder(known.toSorted((a, b) => a.index - b.index));
    if (message !== undefined) messages.push(message);
    before = index;
  }
  return messages;
}
