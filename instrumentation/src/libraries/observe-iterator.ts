import { fieldsOf, isFields } from "../json.ts";
import { observeResult } from "../observe-result.ts";
import { safely } from "../safely.ts";
import { inPlaceOf } from "./in-place-of.ts";
import type { ObservedCall } from "./observed-call.ts";

/** What is done with and told of an async iterator that somebody else reads. No method throws. */
export interface IteratorObserver {
  /** Runs every step of the iterator. */
  readonly run: <T>(fn: () => T) => T;
  readonly value: (value: unknown) => void;
  readonly end: () => void;
  /** The reader stopped before the end. */
  readonly stop: () => void;
  readonly fail: (error: unknown) => void;
}

/** Of an iterator whose values are the pieces of the call's answer: what the library asks for while it is read is a part of the call. */
export function observerOf({ run, chunk, streamEnded, fail }: ObservedCall): IteratorObserver {
  return { run, value: chunk, end: streamEnded, stop: streamEnded, fail };
}

type Step = (this: unknown, ...args: unknown[]) => unknown;
const steps = ["next", "return", "throw"] as const;

/** Watches an async iterator from the inside: it stays the same object. Returns false if it is none, or cannot be changed. */
export function observeIterator(iterator: unknown, observer: IteratorObserver): boolean {
  if (!isFields(iterator)) return false;
  // Without `next` there is nothing to watch.
  const [isObserved = false] = safely(() => steps.map((name) => observeStep(iterator, name, observer))) ?? [];
  return isObserved;
}

function observeStep(iterator: object, name: (typeof steps)[number], observer: IteratorObserver): boolean {
  const original: unknown = Reflect.get(iterator, name);
  if (!isStep(original)) return false;
  const observed = function (this: unknown, ...args: unknown[]): unknown {
    if (this !== iterator) return original.apply(this, args);
    // At once: it takes effect only when the step that is under way is done, which may be never.
    if (name === "return") observer.stop();
    return watch(() => original.apply(iterator, args), observer);
  };
  const value = inPlaceOf(original, observed);
  return Reflect.defineProperty(iterator, name, { value, writable: true, configurable: true });
}

/** A step gives a promise; of an iterator that somebody else wrote it may give what a promise would. */
function watch(step: () => unknown, { run, value, end, fail }: IteratorObserver): unknown {
  const told = (result: unknown): void => {
    const { done, value: given } = fieldsOf(result);
    if (done === true) end();
    else value(given);
  };
  try {
    return observeResult(run(step), told, fail);
  } catch (error) {
    fail(error);
    throw error;
  }
}

const isStep = (value: unknown): value is Step => typeof value === "function";
