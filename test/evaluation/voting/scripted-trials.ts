/** A judge that gives the trials of a script, and tells how many were asked for at once. */
import { EvaluationError } from "../../../src/evaluation/evaluation-error.ts";
import type { GradeVote, JudgeReply } from "../../../src/evaluation/voting/graded-trial.ts";

/** `C` complete, `I` incomplete, `?` no grade, `4` rate limited, `0` an answer without text, `_` one of blanks. */
const replies: Readonly<Record<string, JudgeReply>> = {
  C: { status: 200, completion: "It is there.\nGRADE: C" },
  I: { status: 200, completion: "It is missing.\nGRADE: I" },
  "?": { status: 200, completion: "I cannot say." },
  "4": { status: 429, completion: "exceeded" },
  "0": { status: 200, completion: null },
  _: { status: 200, completion: "  \n" },
};

export interface ScriptedTrials {
  readonly ask: () => Promise<JudgeReply>;
  /** How many were asked for together, batch by batch. */
  readonly batches: readonly number[];
}

export function scriptTrials(script: string): ScriptedTrials {
  const batches: number[] = [];
  let asked = 0;
  let isOpen = false;
  return {
    batches,
    ask: async () => {
      if (!isOpen) batches.push(0);
      isOpen = true;
      batches.push((batches.pop() ?? 0) + 1);
      const reply = replies[script.charAt(asked++)];
      await new Promise((resolve) => setImmediate(resolve));
      isOpen = false;
      if (reply === undefined) throw new Error(`more than ${script.length} trials were asked for`);
      return reply;
    },
  };
}

/** What came of a vote; how many trials said anything at all. */
export type VoteResult = { readonly grade: number; readonly explanations: number } | { readonly error: string };

export async function resultOf(vote: Promise<GradeVote>): Promise<VoteResult> {
  try {
    const { grade, trials } = await vote;
    return { grade, explanations: trials.filter(({ explanation }) => explanation !== undefined).length };
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    return { error: error.code };
  }
}
