/** The part of a trajectory that an expectation speaks of. */
import type { JsonValue, ToolCall } from "../../model/session.ts";
import { InvalidInputError } from "../evaluation-error.ts";
import { isRecord } from "../rules/reading/json-leaves.ts";
import type { Trajectory } from "./validator.ts";

type Turns = Trajectory["turns"];

/** All turns, or the one of that number (from 1). Throws InvalidInputError 050008 when there is no such turn. */
export function turnsOf({ turns }: Trajectory, number: number | undefined): Turns {
  if (number === undefined) return turns;
  const turn = turns.find((candidate) => candidate.turn === number);
  if (turn === undefined)
    throw new InvalidInputError("050008", `the trajectory has no turn ${number}, only ${turns.length}`);
  return [turn];
}

/** All turns, or those up to the one of that number. Throws InvalidInputError 050008 when there is no such turn. */
export function turnsUpTo(trajectory: Trajectory, number: number | undefined): Turns {
  const [last] = number === undefined ? [] : turnsOf(trajectory, number);
  return last === undefined ? trajectory.turns : trajectory.turns.slice(0, trajectory.turns.indexOf(last) + 1);
}

/**
 * What the user read at the end of the turn, by default the last; undefined when the turn has no reply. Throws InvalidInputError
 * 050008 when there is no such turn, or when the reply was not recorded.
 */
export function replyOf(trajectory: Trajectory, number: number | undefined): string | undefined {
  const turn = turnsOf(trajectory, number).at(-1);
  if (turn === undefined) throw new InvalidInputError("050008", "the trajectory has no turns");
  if (turn.assistantContent === undefined && turn.flags?.includes("content_missing") === true) {
    throw new InvalidInputError("050008", `the reply of turn ${turn.turn} was not recorded`);
  }
  return turn.assistantContent;
}

/** A tool call, and whether its arguments can be relied on. */
export interface MadeCall {
  readonly call: ToolCall;
  /** Its turn's content was lost, and it has no arguments: it may have had some. */
  readonly unrecorded: boolean;
}

/** The agent's own calls, in their order. Those of a sub-agent are not the agent's. */
export const callsOf = (turns: Turns): readonly MadeCall[] =>
  turns.flatMap(({ steps, flags = [] }) =>
    steps.flatMap((call) =>
      call.type === "tool_call"
        ? [{ call, unrecorded: flags.includes("content_missing") && isEmpty(call.arguments) }]
        : [],
    ),
  );

const isEmpty = (given: JsonValue): boolean =>
  given === null || given === "" || (isRecord(given) && Object.keys(given).length === 0);
