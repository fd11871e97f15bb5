/** Which user texts are a turn's own: a turn without a reply leaves its user text in front of the next one. */
import type { TurnDraft } from "./turn-draft.ts";

/** `drafts` in their order. Of the run of user texts before a call, those that earlier turns already ended with go. */
export function withOwnUserTexts(drafts: readonly TurnDraft[]): readonly TurnDraft[] {
  let waiting: readonly string[] = [];
  return drafts.map((draft) => {
    const userTexts = withoutEarlier(draft.userTexts, waiting);
    waiting = draft.reply === undefined ? [...waiting, ...userTexts] : [];
    return { ...draft, userTexts };
  });
}

/** The longest end of the waiting texts that the run begins with, never the whole run. */
function withoutEarlier(run: readonly string[], waiting: readonly string[]): readonly string[] {
  for (let length = Math.min(waiting.length, run.length - 1); length > 0; length--) {
    const end = waiting.slice(waiting.length - length);
    if (end.every((text, at) => text === run[at])) return run.slice(length);
  }
  return run;
}
