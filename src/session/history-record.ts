/**
 * The application's own record of the conversation: the longest history that a call was given, or where it sends only the last
 * messages, these put together.
 */
import { isUserText } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { AgentOperation } from "../dialects/operation.ts";
import { hasContent } from "./call.ts";
import type { Call } from "./call.ts";
import { countSame } from "./count-same.ts";
import { messageKey } from "./message-key.ts";

export interface RecordEntry {
  readonly user: Message;
  /** The last assistant text before the next user text, unless a request for tools followed it. */
  readonly reply?: string;
  /** What lies between the user text and the reply. */
  readonly messages: readonly Message[];
  /** The place in the history after its last message. */
  readonly until: number;
}

export interface ReadRecord {
  readonly history: readonly Message[];
  readonly entries: readonly RecordEntry[];
}

/** Lists that were cut, and those of providers who hold the history themselves, are no record. */
export function longerRecord(
  calls: readonly Call[],
  known: readonly Message[] | undefined,
): readonly Message[] | undefined {
  let record = known;
  for (const call of calls) {
    const isRecord = !call.operation.input.truncated && !call.operation.isDelta && hasContent(call);
    if (isRecord) record = record === undefined ? call.history : continueRecord(record, call.history);
  }
  return record;
}

/** A list that begins in the midst of what is known, and goes on from its end, is the window that the application has moved on. */
function continueRecord(known: readonly Message[], history: readonly Message[]): readonly Message[] {
  const last = known.at(-1);
  const end = last === undefined ? -1 : history.findLastIndex((message) => isSame(message, last));
  const isWindow = end >= 0 && end < known.length - 1 && overlap(known, history, end);
  if (isWindow) return end === history.length - 1 ? known : [...known, ...history.slice(end + 1)];
  return history.length > known.length ? history : known;
}

/** Does the list up to there say what the end of the other one says? */
function overlap(known: readonly Message[], history: readonly Message[], end: number): boolean {
  for (let back = 0; back <= end; back++) {
    const [one, other] = [known[known.length - 1 - back], history[end - back]];
    if (one === undefined || other === undefined || !isSame(one, other)) return false;
  }
  return true;
}

function isSame(a: Message, b: Message): boolean {
  return a === b || messageKey(a) === messageKey(b);
}

/**
 * `wrappers`: asked when no call has a record, those that stand for turns of which nothing else was kept. Entries that are the
 * same as `before` are the same objects.
 */
export function readRecord(
  record: readonly Message[] | undefined,
  wrappers: readonly AgentOperation[],
  before: ReadRecord = { history: [], entries: [] },
): ReadRecord {
  const history = record ?? longestOf(wrappers);
  if (history === before.history) return before;
  const same = countSame(history, before.history);
  // The last one may go on.
  const kept = before.entries.slice(0, before.entries.findLastIndex(({ until }) => until < same) + 1);
  return { history, entries: [...kept, ...entriesFrom(kept.at(-1)?.until ?? 0, history)] };
}

const listsOf = new WeakMap<AgentOperation, readonly Message[]>();

function longestOf(wrappers: readonly AgentOperation[]): readonly Message[] {
  return wrappers.reduce<readonly Message[]>((longest, wrapper) => {
    const list = listsOf.get(wrapper) ?? longerOf(wrapper.readTranscript(), wholeInputOf(wrapper));
    listsOf.set(wrapper, list);
    return longerOf(longest, list);
  }, []);
}

function wholeInputOf(wrapper: AgentOperation): readonly Message[] {
  const { messages, truncated } = wrapper.readInput();
  return truncated ? [] : messages;
}

function longerOf(a: readonly Message[], b: readonly Message[]): readonly Message[] {
  return b.length > a.length ? b : a;
}

function entriesFrom(from: number, history: readonly Message[]): readonly RecordEntry[] {
  const starts = history.slice(from).flatMap((user, at) => (isUserText(user) ? [{ user, at: from + at }] : []));
  return starts.map(({ user, at: start }, at) => {
    const until = starts[at + 1]?.at ?? history.length;
    const messages = history.slice(start + 1, until);
    const last = messages.findLast(({ role }) => role === "assistant");
    const reply = last !== undefined && last.calls.length === 0 && last.text !== "" ? last.text : undefined;
    return { user, messages, until, ...(reply === undefined ? {} : { reply }) };
  });
}
