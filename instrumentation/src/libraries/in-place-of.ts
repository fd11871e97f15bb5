type Function = (this: never, ...args: never[]) => unknown;

/** The function that takes the place of another: with its name, its length and whatever else it has. */
export function inPlaceOf<F extends Function>(original: Function, replacement: F): F {
  return Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
}
