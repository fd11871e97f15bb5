import { EvaluationError } from "../evaluation-error.ts";
import { type Grade, parseGrade } from "./grade.ts";
import { countOf, decide } from "./majority.ts";

/** What a judge model answered, in agent_inspect's words: its HTTP status, 200 for an answer. */
export interface JudgeReply {
  readonly status: number;
  readonly completion?: string | null | undefined;
}

export interface GradedTrial {
  /** Absent: invalid, it counts for nothing. */
  readonly grade?: Grade;
  /** All that was answered, also where no grade could be read from it. */
  readonly explanation?: string;
}

/** Asks the judge once more about the same thing. Resolves whatever becomes of the request. */
export type AskJudge = () => Promise<JudgeReply>;

export interface GradeVote {
  readonly grade: Grade;
  /** The share (0..1) of the valid trials that gave this grade. */
  readonly agreement: number;
  /** In the order in which they were asked. */
  readonly trials: readonly GradedTrial[];
}

export function toGradedTrial({ status, completion }: JudgeReply): GradedTrial {
  if (status !== 200 || completion === null || completion === undefined || completion === "") return {};
  const grade = parseGrade(completion);
  return { explanation: completion, ...(grade === undefined ? {} : { grade }) };
}

export const gradesOf = (trials: readonly GradedTrial[]): readonly Grade[] =>
  trials.flatMap(({ grade }) => grade ?? []);

/** Throws EvaluationError 050000 for a number of trials that cannot have a majority. */
export function checkTrials(trials: number): void {
  if (Number.isInteger(trials) && trials > 0 && trials % 2 === 1) return;
  throw new EvaluationError("050000", `the number of judge trials must be odd and positive, not ${trials}`);
}

/** There must be a valid trial. A tie, which an odd number of valid trials never is, counts as incomplete. */
export function toGradeVote(trials: readonly GradedTrial[]): GradeVote {
  const grades = gradesOf(trials);
  const grade = decide(grades) ?? 0;
  return { grade, agreement: countOf(grade, grades) / grades.length, trials };
}
