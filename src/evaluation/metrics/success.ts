import { InvalidInputError } from "../evaluation-error.ts";

export interface Success {
  /** 1: everything that was expected holds. Nothing between is a success. */
  readonly score: 0 | 1;
  /** The progress it was seen by, under agent_inspect's names: `progress_score`, or `Turn_1_progress_score` and so on. */
  readonly subScores: Readonly<Record<string, number>>;
}

/** Of a conversation whose user messages were written beforehand. `progress`: its score, 0..1. */
export function successOf(progress: number): Success {
  return { score: gradeOf(progress), subScores: { progress_score: progress } };
}

/** By the last of the progress scores through turns. Throws InvalidInputError 050005 when there are none. */
export function successAtFinalTurn(progress: readonly number[]): Success {
  const last = progress.at(-1);
  if (last === undefined) throw new InvalidInputError("050005", "there is no progress score to see a success by");
  const named = progress.map((score, index): [string, number] => [`Turn_${index + 1}_progress_score`, score]);
  return { score: gradeOf(last), subScores: Object.fromEntries(named) };
}

const gradeOf = (progress: number): 0 | 1 => (progress === 1 ? 1 : 0);
