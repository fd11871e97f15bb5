import { callEvidence, callText } from "./finding-of.ts";
import { isEmptyAnswer } from "./reading/empty-answer.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import type { CallReading } from "./reading/session-reading.ts";
import type { TrajectoryRule } from "./rule.ts";

/** Failed sessions most often went wrong where a tool first failed or had nothing to tell, whatever was made of it later. */
export const failedCall: TrajectoryRule = {
  name: "failed-call",
  version: 2,
  description:
    "The first tool call of the session that failed or was answered with nothing; where to look first, not a verdict.",
  checkTrajectory: ({ turns }) => {
    const first = turns.flatMap((turn) => turn.calls).find((call) => whyOf(call) !== undefined);
    if (first === undefined) return [];
    return [
      {
        rule: "failed-call",
        dimension: "wrong_tool_usage",
        severity: "note",
        turn: first.turn,
        toolCall: first.index,
        reasoning: `${first.call.name.slice(0, 80)} ${whyOf(first) ?? ""}`,
        evidence: callEvidence(first, first.failure ?? callText(first)),
      },
    ];
  },
};

function whyOf({ call, failure }: CallReading): string | undefined {
  if (failure !== undefined) return `failed: "${excerptOf(failure, 100)}"`;
  return isEmptyAnswer(call.result) ? "was answered with nothing." : undefined;
}
