/** The same history and the same user text again, after a successful call: a new version of that turn, not a repeat. */
import { groupBy } from "../dialects/group-by.ts";
import { hasContent } from "./call.ts";
import type { Call } from "./call.ts";
import { messageKey } from "./message-key.ts";
import { isSameHistory } from "./split-turns.ts";
import type { TurnDraft } from "./turn-draft.ts";

/** A repeat has the old exchange in its history. Calls that send only what is new cannot be compared. */
export function markRegenerations(drafts: readonly TurnDraft[]): readonly TurnDraft[] {
  const alike = groupBy(drafts, signature);
  return drafts.map((draft) => {
    const first = comparable(draft);
    const candidates = first === undefined ? [] : (alike.get(signature(draft)) ?? []);
    const original = candidates.find((other) => isAnsweredBy(other, draft, first));
    return original?.calls[0] === undefined ? draft : { ...draft, regenerates: original.calls[0] };
  });
}

function comparable({ calls }: TurnDraft): Call | undefined {
  const [first] = calls;
  if (first === undefined || first.operation.isDelta || first.operation.input.truncated) return undefined;
  return hasContent(first) ? first : undefined;
}

/** Cheap to compare, equal for equal histories. */
function signature(draft: TurnDraft): string | undefined {
  const last = comparable(draft)?.history.at(-1);
  return last === undefined ? undefined : `${comparable(draft)?.history.length} ${messageKey(last)}`;
}

function isAnsweredBy(earlier: TurnDraft, later: TurnDraft, first: Call | undefined): boolean {
  const original = comparable(earlier);
  if (original === undefined || first === undefined || earlier === later || earlier.reply === undefined) return false;
  return (earlier.startUnixNano ?? 0n) < (later.startUnixNano ?? 0n) && isSameHistory(original, first);
}
