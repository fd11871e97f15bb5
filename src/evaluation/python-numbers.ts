/** Numbers as Python rounds them: by the exact binary value, a tie to the even digit. */

/** Python's `round(value, 4)`. */
export const round4 = (value: number): number => Number(toDecimals(value, 4));

/**
 * Python's `f"{value:.3f}"`. `toFixed` is exact, too, but rounds ties up; they are the odd multiples of half a power of two, which
 * alone lie exactly between two such decimals.
 */
export function toDecimals(value: number, decimals: number): string {
  const halves = value * 2 ** (decimals + 1);
  if (!Number.isInteger(halves) || halves % 2 === 0) return value.toFixed(decimals);
  const below = Math.floor(value * 10 ** decimals);
  return ((below + (Math.abs(below) % 2)) / 10 ** decimals).toFixed(decimals);
}
