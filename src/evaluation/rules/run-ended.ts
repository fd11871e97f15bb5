import { replyEvidence } from "./finding-of.ts";
import type { TurnReading } from "./reading/session-reading.ts";
import type { Finding, TurnRule } from "./rule.ts";

const stoppedByLimit =
  /\b(?:agent stopped due to (?:iteration|time|max)|(?:max(?:imum)?|recursion|iteration|step|turn)[ _](?:number of )?(?:steps?|turns?|iterations?|limit)[^.]{0,40}(?:reached|exceeded|hit))|recursion limit of \d/i;
const cutShort = new Set(["length", "max_tokens", "max_output_tokens", "content_filter", "model_length"]);

export const runEnded: TurnRule = {
  name: "run-ended",
  version: 1,
  description: "The turn ended by an error, a step limit or a cut answer instead of a reply.",
  check: ({ turn }) => {
    const why = turn.turn.aborted ? undefined : endOf(turn);
    return why === undefined ? [] : [findingOf(turn, why)];
  },
};

function endOf({ turn, modelCalls, reply }: TurnReading): string | undefined {
  const last = modelCalls.at(-1);
  if (turn.error !== undefined) return `with an error: ${turn.error}`;
  if (last?.error !== undefined) return `with a failed model call: ${last.error}`;
  if (cutShort.has(last?.finishReason ?? ""))
    return `cut short by the model (finish reason "${last?.finishReason ?? ""}")`;
  return reply.length < 500 && stoppedByLimit.test(reply) ? `by a limit: ${reply}` : undefined;
}

const findingOf = (turn: TurnReading, why: string): Finding => ({
  rule: "run-ended",
  dimension: "inconsistent_reasoning",
  severity: "hard",
  turn: turn.turn.turn,
  reasoning: `The turn ended ${why.replace(/\s+/g, " ").slice(0, 200)}`,
  evidence: replyEvidence(turn, why),
});
