import type { TurnJudgement } from "../../model/judgement.ts";
import type { JsonValue, Turn } from "../../model/session.ts";
import { nameAttachments } from "../name-attachments.ts";
import type { Shortening } from "./shortening.ts";
import { toolCallsOf } from "./shown-turn.ts";

const rawChars = 300;
const summaryChars = 600;
const maxCalls = 12;

/** A turn by the judge's own summaries of it, or by the beginnings of its texts when it could not be judged. Never by its scores. */
export function summarise(turn: Turn, judgement: TurnJudgement | undefined, shorten: Shortening): JsonValue {
  const tell = (text: string, maxChars: number): string => shorten.text("earlier_turns", text, maxChars);
  const list = (calls: readonly string[]): JsonValue => {
    const told = calls.slice(0, maxCalls).map((call) => tell(call, rawChars));
    return calls.length > maxCalls ? [...told, `and ${calls.length - maxCalls} more`] : told;
  };
  if (judgement === undefined) {
    return {
      turn: turn.turn,
      user: tell(turn.userContent, rawChars),
      ...(turn.attachments === undefined ? {} : { user_attached: nameAttachments(turn.attachments) }),
      calls: list(toolCallsOf(turn).map(({ name, error }) => (error === undefined ? name : `${name} (failed)`))),
      reply: tell(turn.assistantContent ?? "", rawChars),
    };
  }
  return {
    turn: turn.turn,
    user: tell(judgement.userSummary, summaryChars),
    calls: list(judgement.toolCalls.map(({ summary }) => summary)),
    reply: tell(judgement.assistantSummary, summaryChars),
  };
}
