import type { ModelClient } from "../model-client.ts";
import type { GradeVote, JudgeReply } from "../voting/graded-trial.ts";
import { voteInRounds } from "../voting/vote-in-rounds.ts";
import { voteInWaves } from "../voting/vote-in-waves.ts";

export interface GradingOptions {
  /** The judge model. */
  readonly client: ModelClient;
  /** How often it is asked; odd. Default 5. */
  readonly trials?: number;
  /**
   * `rounds`, the default: all trials are asked for, and again those that give no grade. `waves`: no more than decide the
   * majority, and none again.
   */
  readonly voting?: "rounds" | "waves";
  /** In rounds: how often those that gave no grade are asked for again. Default 5. */
  readonly maxRetries?: number;
}

/** The grade that most trials of one prompt give. Rejects with EvaluationError 050000 or 050007 when there is none. */
export async function askForGrade(prompt: string, options: GradingOptions): Promise<GradeVote> {
  const { client, trials = 5, voting = "rounds", maxRetries = 5 } = options;
  const ask = async (): Promise<JudgeReply> => {
    const { status, text } = await client.ask({ prompt });
    return { status, completion: text };
  };
  return voting === "waves" ? voteInWaves({ trials, ask }) : voteInRounds({ trials, maxRetries, ask });
}

/** What the trials answered, in the order in which they were asked, also where there is no grade in it. */
export const answersOf = ({ trials }: GradeVote): readonly string[] =>
  trials.flatMap(({ explanation }) => explanation ?? []);
