/** Metrics of conversations whose user messages were written beforehand: each expectation belongs to one turn. */
import { InvalidInputError } from "../evaluation-error.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";
import { type PassedShare, passedShareOf } from "./passed-share.ts";
import { type PlacedExpectation, validateAll, type Validated, type ValidateExpectation } from "./expectation.ts";

export interface ScoreAtTurnsOptions<Expectation extends PlacedExpectation> {
  readonly turns: readonly TrajectoryTurn[];
  readonly expectations: readonly Expectation[];
  readonly validate: ValidateExpectation<Expectation>;
  /**
   * What becomes of an expectation that belongs to no turn that is there: an error (the default), or nothing at all, so that it
   * does not count against the agent either, which is what agent_inspect does.
   */
  readonly misplaced?: "refuse" | "leave_out";
}

/**
 * The share of the expectations that hold, each at the end of its own turn: of subgoals this is agent_inspect's progress, of
 * expected tool calls its tool correctness. Throws InvalidInputError: 050004 when there are none, 050008 for one without a
 * turn, 050009 for one whose turn is not there; and whatever `validate` throws.
 */
export async function scoreAtTurns<Expectation extends PlacedExpectation>({
  turns,
  expectations,
  validate,
  misplaced = "refuse",
}: ScoreAtTurnsOptions<Expectation>): Promise<PassedShare<Expectation>> {
  if (misplaced === "refuse") for (const { turn } of expectations) checkTurn(turn, turns.length);
  const validated: Validated<Expectation>[] = [];
  for (const index of turns.keys()) {
    const due = expectations.filter(({ turn }) => turn === index + 1);
    validated.push(...(await validateAll(turns.slice(0, index + 1), due, validate)));
  }
  return passedShareOf(validated);
}

function checkTurn(turn: PlacedExpectation["turn"], turns: number): void {
  if (turn === undefined) throw new InvalidInputError("050008", "an expectation does not say which turn it is about");
  if (typeof turn === "number" && Number.isInteger(turn) && turn >= 1 && turn <= turns) return;
  const known = turns === 0 ? "there are no turns" : `there are turns 1 to ${turns}`;
  throw new InvalidInputError("050009", `an expectation is about turn ${turn}, but ${known}`);
}
