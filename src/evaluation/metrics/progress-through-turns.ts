/** Progress of conversations that nobody wrote beforehand: no subgoal belongs to a turn, each is open until it is reached. */
import { InvalidInputError } from "../evaluation-error.ts";
import type { TrajectoryTurn } from "../trajectory-turn.ts";
import { type PassedShare, passedShareOf } from "./passed-share.ts";
import { validateAll, type Validated, type ValidateExpectation } from "./expectation.ts";

export interface ProgressThroughTurnsOptions<Subgoal> {
  readonly turns: readonly TrajectoryTurn[];
  readonly subgoals: readonly Subgoal[];
  /** Gets all turns up to the one that is scored. */
  readonly validate: ValidateExpectation<Subgoal>;
  /** So many scores come back; turns beyond are not looked at. Default 20, agent_inspect's. */
  readonly maxTurns?: number;
}

/**
 * The progress after each turn. A subgoal that was reached stays reached and is not asked about again; what is reached stands
 * first in `validated`. After the last turn its score is repeated up to `maxTurns`, so that conversations of different
 * lengths have areas that can be compared. Throws InvalidInputError: 050004 without subgoals, 050008 without turns, 050009 for
 * a `maxTurns` that is none; and whatever `validate` throws.
 */
export async function scoreProgressThroughTurns<Subgoal>({
  turns,
  subgoals,
  validate,
  maxTurns = 20,
}: ProgressThroughTurnsOptions<Subgoal>): Promise<readonly PassedShare<Subgoal>[]> {
  if (!Number.isInteger(maxTurns) || maxTurns < 1)
    throw new InvalidInputError("050009", `the number of turns must be whole and positive, not ${maxTurns}`);
  const scores: PassedShare<Subgoal>[] = [];
  let reached: readonly Validated<Subgoal>[] = [];
  let open = subgoals;
  for (const index of turns.slice(0, maxTurns).keys()) {
    const validated = await validateAll(turns.slice(0, index + 1), open, validate);
    scores.push(passedShareOf([...reached, ...validated]));
    reached = [...reached, ...validated.filter(({ passed }) => passed)];
    open = validated.filter(({ passed }) => !passed).map(({ expectation }) => expectation);
  }
  const last = scores.at(-1);
  if (last === undefined) throw new InvalidInputError("050008", "there are no turns to score");
  return [...scores, ...Array.from({ length: maxTurns - scores.length }, () => last)];
}
