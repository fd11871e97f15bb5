/** The same history and the same user text again, after a successful call: a new version of that turn, not a repeat. */
import { createHash } from "node:crypto";
import { hasContent } from "./call.ts";
import type { Call } from "./call.ts";
import { messageKey } from "./message-key.ts";
import { isSameHistory } from "./split-turns.ts";
import type { TurnDraft } from "./turn-draft.ts";

/**
 * A repeat has the old exchange in its history. Calls that send only what is new cannot be compared. `earlier` are the
 * turns before these.
 */
export function markRegenerations(
  drafts: readonly TurnDraft[],
  earlier: readonly TurnDraft[] = [],
): readonly TurnDraft[] {
  const signed = drafts.map((draft) => {
    const signature = signatureOf(draft);
    return signature === undefined ? draft : { ...draft, signature };
  });
  const own = new Set(signed.map(({ signature }) => signature));
  const originals = originalsOf([...earlier.filter(({ signature }) => own.has(signature)), ...signed]);
  return signed.map((draft) => {
    const [first] = draft.calls;
    const alike = originals.get(draft.signature) ?? [];
    const original = alike.find((other) => isBefore(other, draft) && isSame(other.calls[0], first));
    return original?.calls[0] === undefined ? draft : { ...draft, regenerates: original.calls[0] };
  });
}

/** Of turns with the same history the first that was answered, by their signature. `drafts` by start. */
function originalsOf(drafts: readonly TurnDraft[]): ReadonlyMap<string | undefined, readonly TurnDraft[]> {
  const originals = new Map<string | undefined, TurnDraft[]>();
  for (const draft of drafts) {
    const { signature, reply, calls } = draft;
    if (signature === undefined || reply === undefined) continue;
    const alike = originals.get(signature);
    if (alike === undefined) originals.set(signature, [draft]);
    else if (!alike.some((other) => isSame(other.calls[0], calls[0]))) alike.push(draft);
  }
  return originals;
}

function isSame(a: Call | undefined, b: Call | undefined): boolean {
  return a !== undefined && b !== undefined && isSameHistory(a, b);
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
