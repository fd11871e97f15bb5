/** How likely so many tries pass, by what some trials showed. Source: Chen et al. 2021 (pass@k); tau-bench (pass^k). */

export interface TriedTrials {
  readonly trials: number;
  /** Of them. */
  readonly passed: number;
  /** So many tries, no more than there were trials. */
  readonly tries: number;
}

/** pass@k: at least one of the tries passes. Throws RangeError for numbers that cannot be. */
export function passAt({ trials, passed, tries }: TriedTrials): number {
  check({ trials, passed, tries });
  return 1 - shareOfTries(trials - passed, trials, tries);
}

/** pass^k: all of the tries pass. Throws RangeError for numbers that cannot be. */
export function passHat({ trials, passed, tries }: TriedTrials): number {
  check({ trials, passed, tries });
  return shareOfTries(passed, trials, tries);
}

/** C(some, tries) / C(all, tries), in whole numbers of any size, and rounded once: three of five in three tries are 0.1. */
export function shareOfTries(some: number, all: number, tries: number): number {
  if (some < tries) return 0;
  return ratioOf(fallingProduct(some, tries), fallingProduct(all, tries));
}

/** number * (number - 1) * ..., so many factors. */
function fallingProduct(number: number, factors: number): bigint {
  return Array.from({ length: factors }, (_, i) => BigInt(number - i)).reduce((a, b) => a * b, 1n);
}

/** So many binary digits behind the point: far more than a number has, and few enough before it still to be one. */
const precision = 500;

function ratioOf(numerator: bigint, denominator: bigint): number {
  return Number((numerator << BigInt(precision)) / denominator) / 2 ** precision;
}

function check({ trials, passed, tries }: TriedTrials): void {
  const whole = [trials, passed, tries].every(Number.isInteger);
  if (whole && passed >= 0 && passed <= trials && tries >= 1 && tries <= trials) return;
  throw new RangeError(`no such trials: ${passed} of ${trials} passed, ${tries} tries`);
}
