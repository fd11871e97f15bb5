import { callEvidence, callText } from "./finding-of.ts";
import type { TurnRule } from "./rule.ts";

/** Asking again after a change, or with another answer (polling), is no repetition. */
export const repeatedCall: TurnRule = {
  name: "repeated-call",
  version: 1,
  description:
    "The same call with the same arguments got the same answer again within a turn, nothing having changed in between.",
  check: ({ turn }) =>
    turn.calls
      .filter((call) => call.repeats !== undefined && call.repetitions === 1)
      .map((call) => ({
        rule: "repeated-call",
        dimension: "unnecessary_actions",
        severity: "soft",
        turn: call.turn,
        toolCall: call.index,
        reasoning: `${call.call.name.slice(0, 80)} was called again with the same arguments and gave the same answer as call ${(call.repeats?.index ?? 0) + 1} of this turn.`,
        evidence: callEvidence(call, callText(call)),
      })),
};
