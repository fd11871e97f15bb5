/** How many are expected, for explanations. */
export function nameRange(min: number, max: number): string {
  if (min === max) return `${min}`;
  if (max === Infinity) return `at least ${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}
