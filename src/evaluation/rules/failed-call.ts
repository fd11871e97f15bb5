import { callEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import type { TrajectoryRule } from "./rule.ts";

/** Failed sessions most often went wrong where a tool first failed, whatever was made of it later. */
export const failedCall: TrajectoryRule = {
  name: "failed-call",
  version: 1,
  description: "The first tool call of the session that failed; where to look first, not a verdict.",
  checkTrajectory: ({ turns }) => {
    const first = turns.flatMap((turn) => turn.calls).find((call) => call.failure !== undefined);
    if (first === undefined) return [];
    return [
      {
        rule: "failed-call",
        dimension: "wrong_tool_usage",
        severity: "note",
        turn: first.turn,
        toolCall: first.index,
        reasoning: `${first.call.name.slice(0, 80)} failed: "${excerptOf(first.failure ?? "", 100)}"`,
        evidence: callEvidence(first, first.failure ?? ""),
      },
    ];
  },
};
