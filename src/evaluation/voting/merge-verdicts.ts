/** Several verdicts about the same thing as one: every score by its own majority, with the reasoning of one that gave it. */
import type { Dimension, Score } from "../../model/judgement.ts";
import type { TrajectoryVerdict, TurnVerdict } from "../prompts/verdicts.ts";
import type { Vote } from "./ask-in-waves.ts";
import { countOf, decide } from "./majority.ts";

/** What trials of one kind vote on, and how their verdicts become one. */
export interface Ballot<Verdict> {
  readonly votesOf: (verdict: Verdict) => readonly Vote[];
  /** The first verdict and the others, in the order of the trials. */
  readonly merge: (first: Verdict, others: readonly Verdict[]) => Verdict;
}

export const turnBallot: Ballot<TurnVerdict> = {
  votesOf: ({ score, dimensions, tool_calls: calls }) =>
    [{ score }, ...Object.values(dimensions), ...calls].map((judged) => judged.score),
  merge(first, others) {
    const [shown, ...rest] = shownFirst(first, others);
    const { dimensions } = shown;
    const [safety] = safetyOf(shown);
    const mergeDimension = (
      name: "hallucination" | "wrong_tool_usage" | "inconsistent_reasoning" | "unnecessary_actions",
    ) =>
      mergeScored(
        dimensions[name],
        rest.map((verdict) => verdict.dimensions[name]),
      );
    return {
      ...mergeScored(shown, rest),
      tool_calls: shown.tool_calls.map((call, i) =>
        mergeScored(
          call,
          rest.flatMap((verdict) => verdict.tool_calls[i] ?? []),
        ),
      ),
      dimensions: {
        hallucination: mergeDimension("hallucination"),
        wrong_tool_usage: mergeDimension("wrong_tool_usage"),
        inconsistent_reasoning: mergeDimension("inconsistent_reasoning"),
        unnecessary_actions: mergeDimension("unnecessary_actions"),
        ...(safety === undefined ? {} : { safety: mergeScored(safety, rest.flatMap(safetyOf)) }),
      },
    };
  },
};

/** None where it was not asked for. */
function safetyOf({ dimensions }: TurnVerdict): readonly Scored[] {
  const named: Readonly<Partial<Record<Dimension, Scored>>> = dimensions;
  return named.safety === undefined ? [] : [named.safety];
}

export const trajectoryBallot: Ballot<TrajectoryVerdict> = {
  votesOf: ({ score, completed, early_termination }) => [score, completed, early_termination],
  merge(first, others) {
    const [shown, ...rest] = shownFirst(first, others);
    const all = [shown, ...rest];
    return {
      ...mergeScored(shown, rest),
      completed: decide(all.map(({ completed }) => completed)) ?? false,
      early_termination: decide(all.map(({ early_termination }) => early_termination)) ?? false,
    };
  },
};

interface Scored {
  readonly score: Score;
  readonly reasoning: string;
}

/** The first that gave the score which is shown, before the others: its summaries, evidence and failures are shown as well. */
function shownFirst<One extends Scored>(first: One, others: readonly One[]): readonly [One, ...One[]] {
  const all = [first, ...others];
  const shown = firstToShow(first, others);
  return [shown, ...all.filter((verdict) => verdict !== shown)];
}

/**
 * What more than half say. Where nothing is, neither praise nor blame is founded, so it is neutral and says why; what is shown
 * with it is the first neutral one, or else the first of the lowest.
 */
function mergeScored<One extends Scored>(first: One, others: readonly One[]): One {
  const scores = [first, ...others].map(({ score }) => score);
  const shown = firstToShow(first, others);
  if (decide(scores) !== undefined) return shown;
  const tally = ([1, 0, -1] as const)
    .filter((score) => scores.includes(score))
    .map((score) => `${countOf(score, scores)} × ${score}`);
  const note = `[No majority in ${scores.length} trials (${tally.join(", ")}): neutral.]`;
  return { ...shown, score: 0, reasoning: `${note} ${shown.reasoning}` };
}

function firstToShow<One extends Scored>(first: One, others: readonly One[]): One {
  const all = [first, ...others];
  const scores = all.map(({ score }) => score);
  const majority = decide(scores) ?? (scores.includes(0) ? 0 : -1);
  return all.find(({ score }) => score === majority) ?? first;
}
