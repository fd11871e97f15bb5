import { replyEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { claimsSuccess, refuses, reportsTrouble } from "./reading/spoken.ts";
import type { TurnRule } from "./rule.ts";

export const falseSuccess: TurnRule = {
  name: "false-success",
  version: 1,
  description: "The reply claims success although the turn's last change failed and was never made good.",
  check: ({ turn }) => {
    const last = turn.calls.findLast((call) => call.effect === "write");
    if (last?.failure === undefined || turn.handedOver) return [];
    if ((turn.lastSuccess.get(last.call.name) ?? -1) > last.index) return [];
    if (!claimsSuccess(turn.reply) || reportsTrouble(turn.reply) || refuses(turn.reply)) return [];
    return [
      {
        rule: "false-success",
        dimension: "hallucination",
        severity: "hard",
        turn: turn.turn.turn,
        reasoning: `The reply claims success, but ${last.call.name.slice(0, 80)} failed ("${excerptOf(last.failure, 100)}") and nothing made it good.`,
        evidence: replyEvidence(turn, turn.reply),
      },
    ];
  },
};
