import { member } from "../../json.ts";
import { safely } from "../../safely.ts";
import { observeIterator, type StreamIterator } from "../observe-iterator.ts";
import type { ObservedCall } from "../observed-call.ts";

interface Events {
  [Symbol.asyncIterator]: () => StreamIterator;
}

/**
 * Watches the events in the output's member `name` when the application reads them: the same object, whose iterator is
 * observed. Returns false if there are none.
 */
export function observeEvents(output: unknown, name: string, call: ObservedCall): boolean {
  const events = member(output, name);
  if (!isEvents(events)) return false;
  const iterate = events[Symbol.asyncIterator];
  const value = (): StreamIterator => {
    const iterator = iterate.call(events);
    safely(() => observeIterator(iterator, call));
    return iterator;
  };
  const enumerable = Object.prototype.propertyIsEnumerable.call(events, Symbol.asyncIterator);
  Object.defineProperty(events, Symbol.asyncIterator, { value, enumerable, writable: true, configurable: true });
  return true;
}

function isEvents(value: unknown): value is Events {
  if (typeof value !== "object" || value === null || !(Symbol.asyncIterator in value)) return false;
  return typeof value[Symbol.asyncIterator] === "function";
}
