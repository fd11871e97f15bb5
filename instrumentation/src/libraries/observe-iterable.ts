import { isFields } from "../json.ts";
import { inPlaceOf } from "./in-place-of.ts";
import { observeIterator, observerOf } from "./observe-iterator.ts";
import type { ObservedCall } from "./observed-call.ts";

interface Iterable {
  [Symbol.asyncIterator]: (this: unknown) => unknown;
}

/** Watches every iterator of the object, which stays the same. Returns false if it has none, or cannot be changed. */
export function observeIterable(iterable: unknown, call: ObservedCall): boolean {
  if (!isIterable(iterable)) return false;
  const iterate = iterable[Symbol.asyncIterator];
  const value = inPlaceOf(iterate, function (this: unknown) {
    const iterator = iterate.call(this);
    if (this === iterable && !observeIterator(iterator, observerOf(call))) call.answeredRaw();
    return iterator;
  });
  // As visible as it was, to who prints the object.
  const enumerable = Object.prototype.propertyIsEnumerable.call(iterable, Symbol.asyncIterator);
  return Reflect.defineProperty(iterable, Symbol.asyncIterator, {
    value,
    enumerable,
    writable: true,
    configurable: true,
  });
}

const isIterable = (value: unknown): value is Iterable =>
  isFields(value) && Symbol.asyncIterator in value && typeof value[Symbol.asyncIterator] === "function";
