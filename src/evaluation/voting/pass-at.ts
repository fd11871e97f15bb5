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

/** C(some, tries) / C(all, tries) as a product, so that no factor grows large. */
export function shareOfTries(some: number, all: number, tries: number): number {
  return Array.from({ length: tries }, (_, i) => Math.max(0, some - i) / (all - i)).reduce((a, b) => a * b, 1);
}

function check({ trials, passed, tries }: TriedTrials): void {
  const whole = [trials, passed, tries].every(Number.isInteger);
  if (whole && passed >= 0 && passed <= trials && tries >= 1 && tries <= trials) return;
  throw new RangeError(`no such trials: ${passed} of ${trials} passed, ${tries} tries`);
}
