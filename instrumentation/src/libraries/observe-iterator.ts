import { inPlaceOf } from "./in-place-of.ts";
import type { ObservedCall } from "./observed-call.ts";

type Step = (this: unknown, ...args: unknown[]) => Promise<IteratorResult<unknown>>;
export type StreamIterator = Partial<Record<"next" | "return" | "throw", Step>>;

/**
 * Watches an iterator of a streamed answer from the inside: it stays the same object. What the library asks for while it is
 * read is a part of the call.
 */
export function observeIterator(iterator: StreamIterator, call: ObservedCall): void {
  for (const name of ["next", "return", "throw"] as const) {
    const step = iterator[name];
    if (step === undefined) continue;
    const value = inPlaceOf(step, (...args: unknown[]) =>
      observeStep(
        call.run(() => step.apply(iterator, args)),
        call,
      ),
    );
    Object.defineProperty(iterator, name, { value, writable: true, configurable: true });
  }
}

function observeStep(step: ReturnType<Step>, call: ObservedCall): ReturnType<Step> {
  return step.then(
    (result) => {
      if (result.done) call.streamEnded();
      else call.chunk(result.value);
      return result;
    },
    (error: unknown) => {
      call.fail(error);
      throw error;
    },
  );
}
