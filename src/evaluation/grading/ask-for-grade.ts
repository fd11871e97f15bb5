import { EvaluationError } from "../evaluation-error.ts";
import type { ModelClient, ModelReply, ModelRequest } from "../model-client.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
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

/**
 * The grade that most trials of one request give. Rejects with EvaluationError 050000 or 050007 when there is none, and with what the
 * model's provider said where it did not answer.
 */
export async function askForGrade(request: ModelRequest, options: GradingOptions): Promise<GradeVote> {
  const { client, trials = 5, voting = "rounds", maxRetries = 5 } = options;
  const failures: ModelReply[] = [];
  const ask = async (): Promise<JudgeReply> => {
    const reply = await client.ask(request);
    if (reply.status !== 200) failures.push(reply);
    return { status: reply.status, completion: reply.text };
  };
  try {
    return await (voting === "waves" ? voteInWaves({ trials, ask }) : voteInRounds({ trials, maxRetries, ask }));
  } catch (cause) {
    const failed = failures.at(-1);
    if (failed === undefined || !(cause instanceof EvaluationError)) throw cause;
    const reason = excerptOf(failed.error ?? "no reason given", 200);
    throw new EvaluationError(cause.code, `the judge model answered with status ${failed.status}: ${reason}`, {
      cause,
    });
  }
}

/** What the trials answered, in the order in which they were asked, also where there is no grade in it. */
export const answersOf = ({ trials }: GradeVote): readonly string[] =>
  trials.flatMap(({ explanation }) => explanation ?? []);
