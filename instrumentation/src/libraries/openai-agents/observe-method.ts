import { safely } from "../../safely.ts";
import { replaceMethod } from "../patch-method.ts";

/** Told of each call of a method when it has returned: what it was called on, with what, and what it gave back. */
export type AfterCall = (self: unknown, args: readonly unknown[], result: unknown) => void;

/** Replaces a prototype's method by one that does the same and then tells of it. Returns as `patchMethod` does. */
export function observeMethod(prototype: unknown, name: string, after: AfterCall): boolean {
  return replaceMethod(
    prototype,
    name,
    (original) =>
      function (this: unknown, ...args) {
        const result = original.apply(this, args);
        safely(() => after(this, args, result));
        return result;
      },
  );
}
