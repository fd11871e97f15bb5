/** Sums that do not drift, however many numbers are added and in whatever order. Source: Neumaier's variant of Kahan's summation (1974). */

export interface PreciseSum {
  readonly sum: number;
  /** What a double cannot hold of it. */
  readonly rest: number;
}

export function addTo({ sum, rest }: PreciseSum, value: number): PreciseSum {
  const next = sum + value;
  const lost = Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
  return { sum: next, rest: rest + lost };
}

/** Null: of nothing. */
export const meanOf = ({ sum, rest }: PreciseSum, count: number): number | null =>
  count === 0 ? null : (sum + rest) / count;
