/** Limits that can never, or only at once, be reached are mistakes: they throw a RangeError. */
export function requireWholeNumber(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`${name}: expected a whole number from 1, got ${value}`);
}

export function requirePositive(name: string, value: number): void {
  if (!Number.isFinite(value) || value <= 0) throw new RangeError(`${name}: expected a number above 0, got ${value}`);
}
