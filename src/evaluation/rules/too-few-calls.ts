import { replyEvidence } from "./finding-of.ts";
import type { TurnReading } from "./reading/session-reading.ts";
import type { TurnRule } from "./rule.ts";

/** Words that go on to a second errand. A bare "and" does not: it can join the parts of one. */
const further =
  /\b(?:(?:do|find|repeat|calculate|check|get|provide|perform)\b[^.?!]{0,30}\bthe same|after that|afterwards?|secondly|lastly|additionally|respectively|(?:and|,) then|(?:and|can you|could you|i(?:['’]d| would)) also|also,|finally|another (?:one|\w+))\b/i;
const longestRequest = 6_000;

/**
 * Silent when the agent spoke afterwards, or a tool answered: then the rest may follow.
 * Right in 54 of 54 findings in BFCL, other half.
 */
export const tooFewCalls: TurnRule = {
  name: "too-few-calls",
  version: 1,
  description: "The message asks for one thing after another, and the turn ended with a single call.",
  check: ({ turn }) => {
    const only = isLeftAtOne(turn) ? further.exec(turn.asked.slice(0, longestRequest))?.[0] : undefined;
    if (only === undefined) return [];
    return [
      {
        rule: "too-few-calls",
        dimension: "wrong_tool_usage",
        severity: "soft",
        turn: turn.turn.turn,
        reasoning: `The user asks for more than one thing ("${only.slice(0, 60)}"), but the turn ended with a single call.`,
        evidence: replyEvidence(turn, turn.asked),
      },
    ];
  },
};

const isLeftAtOne = ({ calls, reply, turn, incomplete, handedOver }: TurnReading): boolean =>
  calls.length === 1 && calls[0]?.succeeded === false && reply === "" && !turn.aborted && !incomplete && !handedOver;
