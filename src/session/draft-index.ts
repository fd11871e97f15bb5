/**
 * What the drafts before a cut have to say about those after it, found without a look at each of them: who asked for which
 * tool, who used one that nobody had asked for, and which turns another one may answer anew.
 */
import type { Call } from "./call.ts";
import { countSame } from "./count-same.ts";
import { isSameHistory } from "./split-turns.ts";
import type { TurnDraft } from "./turn-draft.ts";

export interface DraftIndex {
  /** From now on it is about these. Those known from before that lead the list are not looked at again. */
  update(drafts: readonly TurnDraft[]): void;
  isEmpty(): boolean;
  /** Does one of them ask for the tool of this id? */
  hasAsked(callId: string): boolean;
  /** Has one of them, for the time at which it was used, a tool of this id that it had not asked for itself? */
  hasUnasked(callId: string): boolean;
  /** Of turns with the same history the first that was answered. */
  originalsOf(signature: string): readonly TurnDraft[];
}

export function createDraftIndex(): DraftIndex {
  const known: TurnDraft[] = [];
  const asked = new Map<string, number>();
  const unasked = new Map<string, number>();
  const originals: Originals = new Map();

  function add(draft: TurnDraft): void {
    known.push(draft);
    for (const id of draft.calls.flatMap(askedIds)) count(asked, id, 1);
    for (const id of unaskedIds(draft)) count(unasked, id, 1);
    addOriginal(originals, draft);
  }

  function remove(draft: TurnDraft): void {
    for (const id of draft.calls.flatMap(askedIds)) count(asked, id, -1);
    for (const id of unaskedIds(draft)) count(unasked, id, -1);
    removeOriginal(originals, draft);
  }

  return {
    update(drafts) {
      known.splice(countSame(drafts, known)).forEach(remove);
      drafts.slice(known.length).forEach(add);
    },
    isEmpty: () => known.length === 0,
    hasAsked: (callId) => asked.has(callId),
    hasUnasked: (callId) => unasked.has(callId),
    originalsOf: (signature) => originals.get(signature) ?? [],
  };
}

/** The ids of the tools that the call asks for. */
export function askedIds({ calls }: Call): readonly string[] {
  return calls.flatMap(({ id }) => id ?? []);
}

/** Of the tools that the turn has of other traces. */
function unaskedIds({ tools, calls, traceIds }: TurnDraft): readonly string[] {
  return tools.flatMap(({ callId, span }) => {
    if (callId === undefined || traceIds.includes(span.traceId)) return [];
    return calls.some((call) => askedIds(call).includes(callId)) ? [] : [callId];
  });
}

function count(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const counted = (counts.get(key) ?? 0) + change;
  if (counted === 0) counts.delete(key);
  else counts.set(key, counted);
}

/** By their signature: of turns with the same history the first that was answered. */
export type Originals = Map<string, TurnDraft[]>;

/** Drafts by start. */
export function addOriginal(originals: Originals, draft: TurnDraft): void {
  const { signature, reply, calls } = draft;
  if (signature === undefined || reply === undefined) return;
  const alike = originals.get(signature);
  if (alike === undefined) originals.set(signature, [draft]);
  else if (!alike.some((other) => answersSame(other.calls[0], calls[0]))) alike.push(draft);
}

/** With all that were added after it. */
function removeOriginal(originals: Originals, draft: TurnDraft): void {
  const rest = originals.get(draft.signature ?? "")?.filter((other) => other !== draft) ?? [];
  if (rest.length > 0) originals.set(draft.signature ?? "", rest);
  else originals.delete(draft.signature ?? "");
}

/** Were both calls given the same history? */
export function answersSame(a: Call | undefined, b: Call | undefined): boolean {
  return a !== undefined && b !== undefined && isSameHistory(a, b);
}
