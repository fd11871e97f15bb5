import { InvalidInputError } from "../evaluation-error.ts";
import { type Grade, parseGrade } from "../voting/grade.ts";
import type { ExpectationValidation } from "./expectation.ts";

export interface JudgeStatistics {
  /** Of the progress score (0..1), if a single trial decided on each subgoal. */
  readonly expectation: number;
  readonly standardDeviation: number;
}

/**
 * How sure the judge is of a session's progress, by the grades it gave each subgoal; grades that cannot be read do not count.
 * Needs the judge's explanations of all trials, so a vote that does not stop early. Undefined without validations. Throws
 * InvalidInputError: 080008 where no judge explained or none gave a grade, 080009 where one subgoal has more grades than another.
 * Source: agent_inspect's statistic analysis, which takes each subgoal as a coin of its own.
 */
export function judgeStatisticsOf(validations: readonly ExpectationValidation[]): JudgeStatistics | undefined {
  if (validations.length === 0) return undefined;
  const grades = validations.map(gradesIn);
  if (new Set(grades.map(({ length }) => length)).size > 1)
    throw new InvalidInputError("080009", "subgoals have different numbers of grades; a vote must not stop early");
  if (grades.some(({ length }) => length === 0))
    throw new InvalidInputError("080008", "no judge gave a subgoal a grade that can be read");
  const shares = grades.map((each) => sum(each) / each.length);
  const variance = sum(shares.map((share) => share * (1 - share))) / shares.length ** 2;
  return { expectation: sum(shares) / shares.length, standardDeviation: Math.sqrt(variance) };
}

function gradesIn({ notes }: ExpectationValidation): readonly Grade[] {
  if (notes.length === 0)
    throw new InvalidInputError("080008", "a validation has no explanation by a judge in its notes");
  return notes.flatMap((trial) => parseGrade(trial) ?? []);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
