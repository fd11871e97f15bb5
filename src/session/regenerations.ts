/** The same history and the same user text again, after a successful call: a new version of that turn, not a repeat. */
import { createHash } from "node:crypto";
import { hasContent } from "./call.ts";
import { addOriginal, answersSame } from "./draft-index.ts";
import type { DraftIndex, Originals } from "./draft-index.ts";
import { messageKey } from "./message-key.ts";
import type { TurnDraft } from "./turn-draft.ts";

/**
 * A repeat has the old exchange in its history. Calls that send only what is new cannot be compared. `drafts` by start;
 * `earlier` are the turns before these.
 */
export function markRegenerations(drafts: readonly TurnDraft[], earlier: DraftIndex): readonly TurnDraft[] {
  const signed = drafts.map((draft) => {
    const signature = signatureOf(draft);
    return signature === undefined ? draft : { ...draft, signature };
  });
  const originals = originalsOf(signed, earlier);
  return signed.map((draft) => {
    const [first] = draft.calls;
    const alike = originals.get(draft.signature ?? "") ?? [];
    const original = alike.find((other) => isBefore(other, draft) && answersSame(other.calls[0], first));
    return original?.calls[0] === undefined ? draft : { ...draft, regenerates: original.calls[0] };
  });
}

/** For the signatures of these drafts, by start. */
function originalsOf(drafts: readonly TurnDraft[], earlier: DraftIndex): Originals {
  const signatures = new Set(drafts.flatMap(({ signature }) => signature ?? []));
  const originals: Originals = new Map([...signatures].map((one) => [one, [...earlier.originalsOf(one)]]));
  for (const draft of drafts) addOriginal(originals, draft);
  return originals;
}

function isBefore(a: TurnDraft, b: TurnDraft): boolean {
  return a !== b && (a.startUnixNano ?? 0n) < (b.startUnixNano ?? 0n);
}

/** As many of the last messages tell most histories apart. */
const telling = 4;

function signatureOf({ calls: [first] }: TurnDraft): string | undefined {
  if (first === undefined || first.operation.isDelta || first.operation.input.truncated) return undefined;
  if (!hasContent(first)) return undefined;
  const { history } = first;
  const hash = createHash("sha256");
  for (const message of history.slice(-telling)) hash.update(`${messageKey(message)}\n`);
  return `${history.length} ${hash.digest("base64")}`;
}
