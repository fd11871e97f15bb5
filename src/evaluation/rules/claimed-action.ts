import { replyEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import type { TurnRule } from "./rule.ts";

const done =
  "booked|reserved|scheduled|set|sent|cancel(?:l)?ed|updated|created|added|ordered|placed|registered|submitted|processed|checked|searched|found|retrieved|looked up|connected|established|reset|transferred|deleted|removed|upgraded|changed|confirmed|purchased|paid|saved|posted|shared|turned|played|started";
const claim = new RegExp(
  `\\bI(?:['’]ve| have)?(?: just| now| already| also)?(?: successfully)? (?:${done})\\b|\\b(?:has|have) (?:now |just |already )?been (?:successfully )?(?:${done})\\b|\\bis (?:now )?(?:set|booked|scheduled|confirmed|reserved) for\\b|\\baccording to (?:our|the|my) (?:records|data|database|system)\\b`,
  "i",
);
/** What such a sentence says did not happen, or not here. */
const conditional =
  /\b(?:once|if|when|after|before|until|unless|not|cannot|can['’]t|never|should|would|may|might)\b|\?/i;
const longestReply = 4_000;

/**
 * Silent once anything has been called, and where no tools are known: then the deed can be real.
 * Right in 10 of 10 findings in When2Call, other half.
 */
export const claimedAction: TurnRule = {
  name: "claimed-action",
  version: 1,
  description: "The reply says that something was done or looked up, but no tool has been called.",
  check: ({ session, turn }) => {
    if (turn.calls.length > 0 || turn.calledBefore || turn.incomplete || session.tools.size === 0) return [];
    const sentences = turn.reply.slice(0, longestReply).split(/(?<=[.!?\n])/);
    const quote = sentences.find((sentence) => claim.test(sentence) && !conditional.test(sentence));
    if (quote === undefined) return [];
    return [
      {
        rule: "claimed-action",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning: `The reply says that something was done or looked up ("${excerptOf(quote, 120)}"), but no tool has been called.`,
        evidence: replyEvidence(turn, quote),
      },
    ];
  },
};
