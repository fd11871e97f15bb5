/** The application's own record of the conversation: the longest history that a call was given. */
import { isUserText } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import { hasContent } from "./call.ts";
import type { Call } from "./call.ts";

export interface RecordEntry {
  readonly user: string;
  /** The last assistant text before the next user text, unless a request for tools followed it. */
  readonly reply?: string;
  /** What lies between the user text and the reply. */
  readonly messages: readonly Message[];
}

/** Lists that were cut, and those of providers who hold the history themselves, are no record. */
export function readRecord(calls: readonly Call[]): readonly RecordEntry[] {
  let longest: Call | undefined;
  for (const call of calls) {
    const { input, isDelta } = call.operation;
    const isRecord = !input.truncated && !isDelta && call.history.length > (longest?.history.length ?? 0);
    if (isRecord && hasContent(call)) longest = call;
  }
  return toEntries(longest?.history ?? []);
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
