import type { ToolCall } from "../../model/session.ts";
import { callEvidence, callText } from "./finding-of.ts";
import { fingerprintOf } from "./reading/json-leaves.ts";
import type { TurnRule } from "./rule.ts";

/**
 * In a later turn the user may have changed their mind about the object, so there only the very same change counts; what
 * was changed within one turn is changed again by the agent's own doing.
 */
export const repeatedWrite: TurnRule = {
  name: "repeated-write",
  version: 1,
  description: "The same tool changed the same object twice, both times with success.",
  check: ({ turn }) =>
    turn.calls
      .filter(({ call, turn, rewrites }) => rewrites?.turn === turn || isSame(call, rewrites?.call))
      .map((call) => ({
        rule: "repeated-write",
        dimension: "unnecessary_actions",
        severity: "soft",
        turn: call.turn,
        toolCall: call.index,
        reasoning: `${call.call.name.slice(0, 80)} changed the same object that it had already changed in turn ${call.rewrites?.turn ?? call.turn}.`,
        evidence: callEvidence(call, callText(call)),
      })),
};

function isSame(call: ToolCall, earlier: ToolCall | undefined): boolean {
  const given = earlier === undefined ? undefined : fingerprintOf(earlier.arguments);
  return given !== undefined && given === fingerprintOf(call.arguments);
}
