import { excerptOf } from "../rules/reading/excerpt-of.ts";
import type { Validation } from "../validation.ts";
import { replyOf } from "./select-turns.ts";
import type { Trajectory } from "./validator.ts";

/**
 * Validates a reply: the one of the turn, by default the last. `wanted` ends the sentence "Expected a reply that …". A turn that
 * has none is as expected only with `invert`.
 */
export function checkReply(
  turn: number | undefined,
  wanted: string,
  holds: (reply: string) => boolean | { readonly passed: boolean; readonly because: string },
): (trajectory: Trajectory) => Validation {
  return (trajectory) => {
    const reply = replyOf(trajectory, turn);
    if (reply === undefined) return { passed: false, explanation: `Expected a reply that ${wanted}. There is none.` };
    const result = holds(reply);
    const { passed, because } = typeof result === "boolean" ? { passed: result, because: "" } : result;
    const reason = because === "" ? "" : ` (${because})`;
    return { passed, explanation: `Expected a reply that ${wanted}. It is${reason}: ${excerptOf(reply, 200)}` };
  };
}
