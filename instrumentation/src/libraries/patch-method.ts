import { safely } from "../safely.ts";
import { currentTracing, type Tracing } from "../tracing.ts";
import type { ObservedCall } from "./observed-call.ts";

/** Begins what is recorded of one call of a method; `self` is its `this`. Undefined: this call is not recorded. */
export type BeginCall = (tracing: Tracing, self: unknown, args: readonly unknown[]) => ObservedCall | undefined;

/** Watches what the method returned, and returns what the caller is to get: the same thing, or one that behaves the same. */
export type Observe = (result: unknown, call: ObservedCall) => unknown;

const patched = Symbol.for("turnwise.patched");

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Replaces the method `name` of a prototype (or object) by one that does the same and is observed. Returns whether it is
 * patched now; false when there is no such method. Safe to call again.
 */
export function patchMethod(owner: unknown, name: string, begin: BeginCall, observe: Observe): boolean {
  if (typeof owner !== "object" || owner === null) return false;
  const original = methodOf(owner, name);
  if (original === undefined) return false;
  if (patched in original) return true;

  const observed: Method = function (this: unknown, ...args) {
    const tracing = currentTracing();
    const call = tracing && safely(() => begin(tracing, this, args));
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
  };
  const properties = { ...Object.getOwnPropertyDescriptors(original), [patched]: { value: true } };
  Reflect.set(owner, name, Object.defineProperties(observed, properties));
  return true;
}

function methodOf(owner: object, name: string): Method | undefined {
  const value: unknown = Reflect.get(owner, name);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any function can be called like this
  return typeof value === "function" ? (value as Method) : undefined;
}
