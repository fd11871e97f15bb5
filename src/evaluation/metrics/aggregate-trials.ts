/** How good an agent is that is tried several times on each case. Source: agent_inspect's experiments. */
import { passAtK, passHatK } from "./pass-at-k.ts";
import { areaUnderProgress, progressPerTurn } from "./progress-speed.ts";
import { successAtFinalTurn } from "./success.ts";

export interface SampleTrials {
  readonly sampleId: string | number;
  /** Of each trial that was planned the progress scores through turns, padded alike; null: the trial failed. */
  readonly trials: readonly (readonly number[] | null)[];
}

/** Null where it cannot be said. */
export interface TrialAggregates {
  /** The best of the trials: the largest area, the most progress per turn. Null: all trials failed. */
  readonly maxArea: number | null;
  readonly maxProgressPerTurn: number | null;
  /** Null: a trial failed, or there was none; what remains is not what was planned. */
  readonly passAtK: number | null;
  readonly passHatK: number | null;
}

export interface SampleAggregates extends TrialAggregates {
  readonly sampleId: string | number;
}

export interface ExperimentAggregates {
  readonly samples: readonly SampleAggregates[];
  /** Of each number the mean over the samples that have it. */
  readonly mean: TrialAggregates;
}

/** `tries`: k, by default as many as a sample has trials. Throws EvaluationError 050009 for a k that cannot be, 050005, 050006. */
export function aggregateTrials(samples: readonly SampleTrials[], tries?: number): ExperimentAggregates {
  const aggregated = samples.map((sample) => aggregateSample(sample, tries));
  const meanOf = (name: keyof TrialAggregates): number | null => mean(aggregated.flatMap((each) => each[name] ?? []));
  return {
    samples: aggregated,
    mean: {
      maxArea: meanOf("maxArea"),
      maxProgressPerTurn: meanOf("maxProgressPerTurn"),
      passAtK: meanOf("passAtK"),
      passHatK: meanOf("passHatK"),
    },
  };
}

function aggregateSample({ sampleId, trials }: SampleTrials, tries: number | undefined): SampleAggregates {
  const made = trials.filter((progress) => progress !== null);
  const scores = made.map((progress) => successAtFinalTurn(progress).score);
  const given = { scores, trials: trials.length, ...(tries === undefined ? {} : { tries }) };
  const isWhole = trials.length > 0 && made.length === trials.length;
  return {
    sampleId,
    maxArea: made.length === 0 ? null : Math.max(...made.map(areaUnderProgress)),
    maxProgressPerTurn: made.length === 0 ? null : Math.max(...made.map(progressPerTurn)),
    passAtK: isWhole ? passAtK(given) : null,
    passHatK: isWhole ? passHatK(given) : null,
  };
}

function mean(numbers: readonly number[]): number | null {
  return numbers.length === 0 ? null : numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
