/** The application's own record of the conversation: the longest history that a call was given. */
import { isUserText } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { AgentOperation } from "../dialects/operation.ts";
import { hasContent } from "./call.ts";
import type { Call } from "./call.ts";

export interface RecordEntry {
  readonly user: string;
  /** The last assistant text before the next user text, unless a request for tools followed it. */
  readonly reply?: string;
  /** What lies between the user text and the reply. */
  readonly messages: readonly Message[];
}

/** Lists that were cut, and those of providers who hold the history themselves, are no record. Of equals the first counts. */
export function longerRecord(calls: readonly Call[], known: Call | undefined): Call | undefined {
  let longest = known;
  for (const call of calls) {
    const { input, isDelta } = call.operation;
    const isRecord = !input.truncated && !isDelta && call.history.length > (longest?.history.length ?? 0);
    if (isRecord && hasContent(call)) longest = call;
  }
  return longest;
}

/** `wrappers`: asked when no call has a record, those that stand for turns of which nothing else was kept. */
export function readRecord(longest: Call | undefined, wrappers: readonly AgentOperation[]): readonly RecordEntry[] {
  const history = longest?.history ?? longestOf(wrappers);
  const entries = entriesOf.get(history) ?? toEntries(history);
  entriesOf.set(history, entries);
  return entries;
}

const entriesOf = new WeakMap<readonly Message[], readonly RecordEntry[]>();

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

function toEntries(history: readonly Message[]): readonly RecordEntry[] {
  const starts = history.flatMap((message, at) => (isUserText(message) ? [at] : []));
  return starts.map((start, at) => {
    const messages = history.slice(start + 1, starts[at + 1] ?? history.length);
    const last = messages.findLast(({ role }) => role === "assistant");
    const reply = last !== undefined && last.calls.length === 0 && last.text !== "" ? last.text : undefined;
    return { user: history[start]?.text ?? "", messages, ...(reply === undefined ? {} : { reply }) };
  });
}
