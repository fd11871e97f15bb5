import { isInModelCall } from "../scope.ts";
import { safelyUnlessGuarded } from "../stop-if-tripped.ts";
import { currentTracing, type Tracing } from "../tracing.ts";
import { inPlaceOf, isInPlace } from "./in-place-of.ts";
import type { ObservedCall } from "./observed-call.ts";

/** Begins what is recorded of one call of a method; `self` is its `this`. Undefined: this call is not recorded. */
export type BeginCall = (tracing: Tracing, self: unknown, args: readonly unknown[]) => ObservedCall | undefined;

/** Watches what the method returned, and returns what the caller is to get: the same thing, or one that behaves the same. */
export type Observe = (result: unknown, call: ObservedCall) => unknown;

export type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Replaces the method `name` of a prototype (or object) by one that does the same and is observed. Returns whether it is
 * patched now; false when there is no such method. Safe to call again.
 */
export function patchMethod(owner: unknown, name: string, begin: BeginCall, observe: Observe): boolean {
  return replaceMethod(
    owner,
    name,
    (original) =>
      function (this: unknown, ...args) {
        const tracing = currentTracing();
        const call = tracing && !isInModelCall() ? safelyUnlessGuarded(() => begin(tracing, this, args)) : undefined;
        if (call === undefined) return original.apply(this, args);
        try {
          return observe(
            call.run(() => original.apply(this, args)),
            call,
          );
        } catch (error) {
          call.fail(error);
          throw error;
        }
      },
  );
}

/** Puts what `replace` makes of a method in its place, once. Returns as `patchMethod` does. */
export function replaceMethod(owner: unknown, name: string, replace: (original: Method) => Method): boolean {
  if (typeof owner !== "object" || owner === null) return false;
  const original = methodOf(owner, name);
  if (original === undefined) return false;
  return isInPlace(original) || Reflect.set(owner, name, inPlaceOf(original, replace(original)));
}

/** The object itself or the prototype that has the method: patched there, what inherits it goes on inheriting it. */
export function ownerOf(object: unknown, name: string): unknown {
  if (typeof object !== "object" || object === null) return undefined;
  return Object.hasOwn(object, name) ? object : ownerOf(Object.getPrototypeOf(object), name);
}

function methodOf(owner: object, name: string): Method | undefined {
  const value: unknown = Reflect.get(owner, name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any function can be called like this
  return typeof value === "function" ? (value as Method) : undefined;
}
