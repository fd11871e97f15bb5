import { InvalidInputError } from "../evaluation-error.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";

/**
 * Each turn must have what its user said and what the agent answered; one that ended without an answer cannot be judged. Throws
 * InvalidInputError 050008, which names the turn; also for no turns at all.
 */
export function checkTurns(turns: readonly TrajectoryTurn[]): void {
  if (turns.length === 0) throw new InvalidInputError("050008", "There is no turn.");
  for (const { turn, userContent, assistantContent = "" } of turns) {
    if (userContent === "") throw new InvalidInputError("050008", `Turn ${turn} is missing agent input.`);
    if (assistantContent === "") throw new InvalidInputError("050008", `Turn ${turn} is missing agent response.`);
  }
}
