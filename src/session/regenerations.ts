/** The same history and the same user text again, after a successful call: a new version of that turn, not a repeat. */
import { groupBy } from "../dialects/group-by.ts";
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
  const own = new Set(drafts.map(signature));
  const candidates = earlier.filter((draft) => own.has(signature(draft)));
  const alike = groupBy([...candidates, ...drafts], signature);
  return drafts.map((draft) => {
    const first = comparable(draft);
    const originals = first === undefined ? [] : (alike.get(signature(draft)) ?? []);
    const original = originals.find((other) => isAnsweredBy(other, draft, first));
    return original?.calls[0] === undefined ? draft : { ...draft, regenerates: original.calls[0] };
  });
}

function comparable({ calls }: TurnDraft): Call | undefined {
  const [first] = calls;
  if (first === undefined || first.operation.isDelta || first.operation.input.truncated) return undefined;
  return hasContent(first) ? first : undefined;
}

const signatures = new WeakMap<Call, string>();

/** Cheap to compare, equal for equal histories. Kept per call: the turns before are asked again with every build. */
function signature(draft: TurnDraft): string | undefined {
  const first = comparable(draft);
  const last = first?.history.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const known = signatures.get(first) ?? `${first.history.length} ${messageKey(last)}`;
  signatures.set(first, known);
  return known;
}

function isAnsweredBy(earlier: TurnDraft, later: TurnDraft, first: Call | undefined): boolean {
  const original = comparable(earlier);
  if (original === undefined || first === undefined || earlier === later || earlier.reply === undefined) return false;
  return (earlier.startUnixNano ?? 0n) < (later.startUnixNano ?? 0n) && isSameHistory(original, first);
}
