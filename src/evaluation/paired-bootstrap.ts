/**
 * Whether two runs over the same cases differ, or only by chance. Source: Efron & Tibshirani, "An Introduction to the Bootstrap"
 * (1993), percentile intervals; for paired system comparison Koehn, "Statistical Significance Tests for MT Evaluation" (2004).
 */

export interface PairedDifference {
  /** Pairs. */
  readonly n: number;
  /** The mean of what came after minus what was before. */
  readonly mean: number;
  /** The 95 % interval of the mean; absent for too few pairs to have one. */
  readonly interval?: readonly [number, number];
  /** The interval leaves 0 out. */
  readonly isSignificant: boolean;
}

/** With five pairs that all fell, chance alone does as much in 1 of 16 runs: more than 5 %. With six in 1 of 32. */
const fewestPairs = 6;
const mostResamples = 10_000;
const fewestResamples = 1_000;
/** What is drawn in all is bounded: runs are compared by many metrics, and each comparison is to take milliseconds. */
const mostDraws = 500_000;
/** With more pairs the means of resamples are as good as normally distributed: nothing is drawn, and thousands take no longer. */
export const mostPairsToDraw = 500;

/** The same pairs give the same answer. Undefined without any pair. */
export function comparePairs(
  pairs: readonly (readonly [before: number, after: number])[],
): PairedDifference | undefined {
  return compareDifferences(Float64Array.from(pairs, ([before, after]) => after - before));
}

/** What came after minus what was before, pair by pair. */
export function compareDifferences(differences: Float64Array): PairedDifference | undefined {
  const n = differences.length;
  if (n === 0) return undefined;
  const mean = meanOf(differences);
  if (n < fewestPairs) return { n, mean, isSignificant: false };
  const interval = n > mostPairsToDraw ? normalIntervalOf(differences, mean) : drawnIntervalOf(differences);
  const [low, high] = interval;
  // Sums of differences are as good as 0 where they only are not by rounding.
  return { n, mean, interval, isSignificant: low > rounding || high < -rounding };
}

const rounding = 1e-12;

/** What the percentile interval tends to with the number of pairs: the resampled mean has the variance of the differences / n. */
function normalIntervalOf(differences: Float64Array, mean: number): readonly [number, number] {
  const squares = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const half = (normalQuantile * Math.sqrt(squares)) / differences.length;
  return [mean - half, mean + half];
}

/** Of a normal distribution, for 97.5 %. */
const normalQuantile = 1.959964;

function drawnIntervalOf(differences: Float64Array): readonly [number, number] {
  const resamples = Math.round(Math.min(mostResamples, Math.max(fewestResamples, mostDraws / differences.length)));
  const random = seededRandom();
  const means = Float64Array.from({ length: resamples }, () => resampledMean(differences, random)).sort();
  const at = (quantile: number): number => means[Math.round(quantile * (resamples - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}

function resampledMean(differences: Float64Array, random: () => number): number {
  let sum = 0;
  for (let drawn = 0; drawn < differences.length; drawn++)
    sum += differences[Math.floor(random() * differences.length)] ?? 0;
  return sum / differences.length;
}

const meanOf = (numbers: Float64Array): number => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

/** Mulberry32, always from the same seed: a comparison that is made again says the same. */
function seededRandom(): () => number {
  let state = 20_260_901;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
