import { callEvidence } from "./finding-of.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { blamesCaller } from "./reading/failure-of.ts";
import type { CallReading, SessionReading } from "./reading/session-reading.ts";
import type { TrajectoryRule } from "./rule.ts";

/**
 * When the tool blamed the call, 10 of 12 labelled conversations had failed; when it refused because of the state of things,
 * giving up is often right: 8 of 25, fewer than of all, so that is only a note. Of the failures of one tool the first is
 * blamed: there it began.
 */
export const unrecoveredWrite: TrajectoryRule = {
  name: "unrecovered-write",
  version: 2,
  description: "A change failed and until the session's end no call of that tool succeeded.",
  checkTrajectory: (session) =>
    unrecovered(session).map((call) => ({
      rule: "unrecovered-write",
      dimension: "wrong_tool_usage",
      severity: blamesCaller(call.failure ?? "") ? "hard" : "note",
      turn: call.turn,
      toolCall: call.index,
      reasoning: `${call.call.name.slice(0, 80)} failed ("${excerptOf(call.failure ?? "", 100)}") and was never carried out in this session.`,
      evidence: callEvidence(call, call.failure ?? ""),
    })),
};

function unrecovered({ turns }: SessionReading): CallReading[] {
  const failed = new Map<string, CallReading>();
  if (turns.some((turn) => turn.handedOver)) return [];
  for (const call of turns.flatMap((turn) => turn.calls)) {
    if (call.effect !== "write") continue;
    if (call.succeeded) failed.delete(call.call.name);
    else if (call.failure !== undefined && !failed.has(call.call.name)) failed.set(call.call.name, call);
  }
  return [...failed.values()];
}
