import { replyEvidence } from "./finding-of.ts";
import { assents, proposes } from "./reading/dialogue.ts";
import { excerptOf } from "./reading/excerpt-of.ts";
import { offersChanges } from "./reading/session-reading.ts";
import type { TrajectoryRule } from "./rule.ts";

/**
 * A promise that was not kept: the agent asked whether to go ahead, the user said yes, and nothing was changed from then on.
 * Fired on 57 of 680
 * labelled conversations, of which 38 had failed (44 % of all had).
 */
export const agreedNotDone: TrajectoryRule = {
  name: "agreed-not-done",
  version: 1,
  description:
    "The user agreed to what the agent proposed, and no change was carried out after that; no verdict by itself.",
  checkTrajectory: (session) => {
    const { turns } = session;
    if (!offersChanges(session) || turns.some((turn) => turn.incomplete)) return [];
    const done = turns.findLastIndex(
      ({ calls, handedOver }) => handedOver || calls.some((call) => call.effect === "write" && call.succeeded),
    );
    const agreed = turns.find(
      ({ turn, previousReply }, at) => at > done && proposes(previousReply) && assents(turn.userContent),
    );
    if (agreed === undefined) return [];
    return [
      {
        rule: "agreed-not-done",
        dimension: "inconsistent_reasoning",
        severity: "note",
        turn: agreed.turn.turn,
        reasoning: `The user agreed ("${excerptOf(agreed.turn.userContent, 80)}"), but nothing was changed after that.`,
        evidence: replyEvidence(agreed, agreed.turn.userContent),
      },
    ];
  },
};
