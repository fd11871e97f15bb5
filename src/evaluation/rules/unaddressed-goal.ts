import { replyEvidence } from "./finding-of.ts";
import { refusesRequest } from "./reading/dialogue.ts";
import type { SessionReading } from "./reading/session-reading.ts";
import { changingVerbOf } from "./reading/tool-effect.ts";
import { foldText, piecesOf } from "./reading/value-keys.ts";
import type { TrajectoryRule } from "./rule.ts";

/** The goal is told in the first message, or in the one after a greeting. */
const firstMessages = 2;
const longestMessage = 4_000;

/**
 * Silent when the agent refused (that may be right) or handed over. Fired on 38 of 680 labelled
 * conversations, of which 27 had failed (44 % of all had).
 */
export const unaddressedGoal: TrajectoryRule = {
  name: "unaddressed-goal",
  version: 1,
  description:
    "The user's first messages ask for a change that a tool offers; nothing was changed, refused or handed over; no verdict by itself.",
  checkTrajectory: (session) => {
    const { turns } = session;
    if (turns.some((turn) => turn.incomplete || turn.handedOver || refusesRequest(turn.reply))) return [];
    const changed = turns.flatMap((turn) => turn.calls).some((call) => call.effect === "write" && call.succeeded);
    const goal = changed ? undefined : goalOf(session);
    const first = turns[0];
    if (goal === undefined || first === undefined) return [];
    return [
      {
        rule: "unaddressed-goal",
        dimension: "inconsistent_reasoning",
        severity: "note",
        turn: first.turn.turn,
        reasoning: `The user asked for something that a tool can do (${goal}), and nothing was changed, refused or handed over.`,
        evidence: replyEvidence(first, first.turn.userContent),
      },
    ];
  },
};

/** The verb of a changing tool that the user's first messages name. */
function goalOf({ turns, tools }: SessionReading): string | undefined {
  const offered = new Set([...tools.values()].flatMap(({ definition }) => changingVerbOf(definition.name) ?? []));
  if (offered.size === 0) return undefined;
  const words = turns
    .slice(0, firstMessages)
    .flatMap(({ turn }) => piecesOf(foldText(turn.userContent.slice(0, longestMessage))));
  return words.flatMap(baseForms).find((word) => offered.has(word));
}

/** `cancelling`, `cancelled`, `cancellation` and `cancels` speak of `cancel`; `modifies` is left out. */
const baseForms = (word: string): readonly string[] => {
  const base = word.replace(/(?:lation|ling|led|ing|ed|s)$/, "");
  return [word, base, `${base}e`];
};
