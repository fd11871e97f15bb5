import { callText, replyEvidence } from "./finding-of.ts";
import type { TurnReading } from "./reading/session-reading.ts";
import type { TurnRule } from "./rule.ts";

/**
 * A hand-over to a person ends without a reply by design; an aborted answer is the user's will; a turn without any step,
 * or one whose content was not recorded, shows nothing that could be blamed.
 */
export const noReply: TurnRule = {
  name: "no-reply",
  version: 1,
  description: "The agent worked on the user's message but never answered it.",
  check: ({ turn }) => {
    if (turn.reply.trim() !== "" || isExcused(turn)) return [];
    const last = turn.calls.at(-1);
    const reasoning =
      last === undefined
        ? "The model's answer is empty."
        : `After ${turn.calls.length} tool call(s), the last one ${last.call.name.slice(0, 80)}, no reply to the user followed.`;
    const evidence = replyEvidence(turn, last === undefined ? turn.turn.userContent : callText(last));
    return [
      {
        rule: "no-reply",
        dimension: "inconsistent_reasoning",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning,
        evidence,
      },
    ];
  },
};

function isExcused({ turn, calls, handedOver, incomplete }: TurnReading): boolean {
  const unanswered = calls.at(-1);
  const waiting = unanswered !== undefined && !unanswered.succeeded && unanswered.failure === undefined;
  return turn.aborted || handedOver || incomplete || waiting || turn.steps.length === 0 || turn.error !== undefined;
}
