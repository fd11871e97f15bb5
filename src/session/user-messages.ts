/** Which user messages are a turn's own: a turn without a reply leaves its user's in front of the next one's. */
import { attachmentsOf } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { Turn } from "../model/session.ts";
import type { TurnDraft } from "./turn-draft.ts";

/** `drafts` in their order. Of the run of user messages before a call, those that earlier turns already ended with go. */
export function withOwnUserMessages(drafts: readonly TurnDraft[]): readonly TurnDraft[] {
  let waiting: readonly Message[] = [];
  return drafts.map((draft) => {
    const userMessages = withoutEarlier(draft.userMessages, waiting);
    waiting = draft.reply === undefined ? [...waiting, ...userMessages] : [];
    return { ...draft, userMessages };
  });
}

/** The longest end of the waiting ones that the run begins with, never the whole run. */
function withoutEarlier(run: readonly Message[], waiting: readonly Message[]): readonly Message[] {
  for (let length = Math.min(waiting.length, run.length - 1); length > 0; length--) {
    const end = waiting.slice(waiting.length - length);
    if (end.every(({ text }, at) => text === run[at]?.text)) return run.slice(length);
  }
  return run;
}

/** What a turn shows of its user's messages. */
export function userSide(messages: readonly Message[]): Pick<Turn, "userContent" | "attachments"> {
  const attachments = messages.flatMap(attachmentsOf);
  return {
    userContent: messages.map(({ text }) => text).join("\n"),
    ...(attachments.length === 0 ? {} : { attachments }),
  };
}
