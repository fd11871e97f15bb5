import { InvalidInputError } from "../evaluation-error.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";

export interface TurnOptions {
  /**
   * What becomes of turns that the agent ended without an answer: an error (the default, agent_inspect's), or the judge is shown that
   * there is none.
   */
  readonly silentTurns?: "refuse" | "judge";
}

/**
 * Each turn must have what its user said and what the agent answered. Throws InvalidInputError 050008, which names the turn; also
 * for no turns at all.
 */
export function checkTurns(turns: readonly TrajectoryTurn[], { silentTurns = "refuse" }: TurnOptions): void {
  if (turns.length === 0) throw new InvalidInputError("050008", "There is no turn.");
  for (const { turn, userContent, assistantContent = "" } of turns) {
    if (userContent === "") throw new InvalidInputError("050008", `Turn ${turn} is missing agent input.`);
    if (assistantContent === "" && silentTurns === "refuse")
      throw new InvalidInputError("050008", `Turn ${turn} is missing agent response.`);
  }
}
