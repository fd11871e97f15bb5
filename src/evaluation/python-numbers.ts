/** Numbers as Python rounds them. */

/**
 * Four decimals, as Python's `round(value, 4)`: by the exact binary value, a tie to the even digit. `toFixed` is exact, too, but
 * rounds ties up; they are the odd multiples of 1/32, which alone lie exactly between two such decimals.
 */
export function round4(value: number): number {
  const thirtySeconds = value * 32;
  if (!Number.isInteger(thirtySeconds) || thirtySeconds % 2 === 0) return Number(value.toFixed(4));
  const below = Math.floor(value * 10_000);
  return (below % 2 === 0 ? below : below + 1) / 10_000;
}
