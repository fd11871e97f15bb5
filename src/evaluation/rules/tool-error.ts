import { callEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { claimsSuccess, isEnglish, refuses, reportsTrouble } from "./reading/spoken.ts";
import type { CallReading, TurnReading } from "./reading/session-reading.ts";
import type { Finding, TurnRule } from "./rule.ts";

/**
 * An error is recovered by a later success of the same tool, and excused by an honest report to the user. Tools fail;
 * what counts is what the agent makes of it. Silent about
 * replies in languages whose words for trouble it does not know.
 */
export const toolError: TurnRule = {
  name: "tool-error",
  version: 1,
  description: "A tool failed, was not tried again with success, and the reply does not say so.",
  check: ({ turn }) => turn.calls.filter((call) => isIgnored(call, turn)).map(findingOf),
};

function isIgnored(call: CallReading, turn: TurnReading): boolean {
  if (call.failure === undefined || turn.handedOver) return false;
  if ((turn.lastSuccess.get(call.call.name) ?? -1) > call.index) return false;
  const understood = isEnglish(turn.reply) || claimsSuccess(turn.reply);
  return understood && !reportsTrouble(turn.reply) && !refuses(turn.reply);
}

const findingOf = (call: CallReading): Finding => ({
  rule: "tool-error",
  dimension: "inconsistent_reasoning",
  severity: "soft",
  turn: call.turn,
  toolCall: call.index,
  reasoning: `${call.call.name.slice(0, 80)} failed ("${excerptOf(call.failure ?? "", 100)}"), no later call of it succeeded, and the reply does not mention it.`,
  evidence: callEvidence(call, call.failure ?? ""),
});
