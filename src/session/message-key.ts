/** When are two messages the same? Role, text, calls with arguments, results, what was shown: ids differ between deliveries of one history. */
import { attachmentsOf } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import { canonicalJson } from "./canonical-json.ts";

const keys = new WeakMap<Message, string>();

/** Equal keys, equal messages. Kept per message object: histories share their objects, so each is computed once. */
export function messageKey(message: Message): string {
  const known = keys.get(message);
  if (known !== undefined) return known;
  const attachments = attachmentsOf(message);
  const key = canonicalJson([
    message.role,
    message.text,
    message.calls.map((call) => [call.name, call.arguments]),
    message.results.map((result) => [result.content ?? null, result.error ?? null]),
    ...(attachments.length === 0 ? [] : [attachments.map((attachment) => ({ ...attachment }))]),
  ]);
  keys.set(message, key);
  return key;
}

/** Tells two calls with the same arguments apart. For messages whose ids stay the same from delivery to delivery. */
export function messageKeyWithIds(message: Message): string {
  const ids = [...message.calls, ...message.results].map(({ id }) => id ?? "");
  return `${ids.join(" ")} ${messageKey(message)}`;
}

export function isEmptyMessage({ text, calls, results }: Message): boolean {
  return (
    text === "" &&
    calls.length === 0 &&
    results.every(({ content, error }) => content === undefined && error === undefined)
  );
}
