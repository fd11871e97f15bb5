/** What became of a text or a recording, as far as it is worth waiting for. */
import type { SessionRef, Store } from "../component/store.ts";
import type { ChatMessage } from "../model/message.ts";
import { followSession, isSettled } from "./follow-session.ts";
import type { SubmitResult } from "./valuehead-contract.ts";

/** Clients of ValueHead wait 30 s for an answer. In milliseconds. */
const longestWaitMs = 15_000;
const previewLength = 500;

/** A submission that failed meanwhile says so; otherwise it waits to be judged, whatever is known of its messages. */
export async function awaitTranscript(store: Store, ref: SessionRef, ended: AbortSignal): Promise<SubmitResult> {
  const pending: SubmitResult = { session_id: ref.id, status: "pending", transcript_preview: null };
  const enough = AbortSignal.any([ended, AbortSignal.timeout(longestWaitMs)]);
  for await (const judged of followSession(store, ref, enough)) {
    const { status, revision } = judged.session;
    if (revision > 0) return { ...pending, transcript_preview: toPreview((await store.readFacts(ref)).messages) };
    if (isSettled(judged)) return { ...pending, status };
  }
  return pending;
}

const speakers = new Map([
  ["user", "User"],
  ["assistant", "Assistant"],
]);

/** `User: …\nAssistant: …`, cut between characters. */
export function toPreview(messages: readonly ChatMessage[]): string {
  const lines = messages.flatMap(({ role, content }) => {
    const speaker = speakers.get(role);
    return speaker === undefined || typeof content !== "string" ? [] : [`${speaker}: ${content}`];
  });
  return lines
    .join("\n")
    .slice(0, previewLength)
    .replace(/[\ud800-\udbff]$/, "");
}
