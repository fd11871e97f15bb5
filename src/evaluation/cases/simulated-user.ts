/** What the user of a case says: what its file has, turn by turn, or whatever a language model makes of a task. */
import { EvaluationError, InvalidInputError } from "../evaluation-error.ts";
import type { UserProxy } from "../metrics/user-proxy/create-user-proxy.ts";
import type { AnsweredTurn } from "./agent-answer.ts";

export interface SimulatedUser {
  /** What the user wants, as told to the user. */
  readonly task: string;
  /** What must be so for the user to be done. */
  readonly doneWhen: readonly string[];
  readonly persona: "expert" | "non_expert";
  /** What the user says first. Absent: the model makes it up. */
  readonly firstMessage?: string | undefined;
  /** The conversation ends after so many turns, done or not. */
  readonly maxTurns: number;
}

/** The user's next message; undefined: there is nothing more to say. */
export type NextInput = (turns: readonly AnsweredTurn[]) => Promise<string | undefined>;

/** What a case says of its user: messages that were written beforehand, or one who makes them up. */
export interface UserOfCase {
  readonly inputs: readonly string[];
  readonly user?: SimulatedUser | undefined;
}

export interface InputOptions {
  readonly userOf?: ((user: SimulatedUser) => UserProxy) | undefined;
}

/** What it returns rejects with an EvaluationError when the user's model has nothing to say. */
export function inputsOf({ inputs, user }: UserOfCase, { userOf }: InputOptions): NextInput {
  if (user === undefined) return async (turns) => inputs[turns.length];
  if (userOf === undefined) throw new InvalidInputError("060008", "a simulated user needs a language model");
  const say = userOf(user);
  return async (turns) => {
    if (turns.length >= user.maxTurns) return undefined;
    const { text, check } = await say(
      turns.map(({ input, output }) => ({ userMessage: input, agentResponses: [output] })),
    );
    if (check === undefined) return text;
    if (turns.length === 0) throw new EvaluationError("060011", "the user was done before anything was said");
    return undefined;
  };
}
