type Callable = (this: never, ...args: never[]) => unknown;

const patched = Symbol.for("turnwise.patched");

/**
 * The function that takes the place of another. Who looks at it sees the other one: its name, its length, what kind of
 * function it is when it is printed, and whatever else was written on it.
 */
export function inPlaceOf<F extends Callable>(original: Callable, replacement: F): F {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is called as the replacement is
  return new Proxy(original, {
    apply: (_original, self, args) => Reflect.apply(replacement, self, args) as unknown,
    has: (target, key) => key === patched || Reflect.has(target, key),
  }) as unknown as F;
}

/** Whether the function is one that takes the place of another, be it by another copy of this package. */
export const isInPlace = (fn: object): boolean => patched in fn;
