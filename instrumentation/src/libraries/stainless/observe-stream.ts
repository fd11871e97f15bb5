import { isFields } from "../../json.ts";
import { inPlaceOf } from "../in-place-of.ts";
import { observeIterator, observerOf } from "../observe-iterator.ts";
import type { ObservedCall } from "../observed-call.ts";

/** The client's `Stream`: iterating, `tee` and `toReadableStream` all begin with `iterator`. */
interface Stream {
  iterator: () => unknown;
}

/** Observes a stream from the inside: the same object, whose iterator is watched. Returns false if it is none, or cannot be changed. */
export function observeStream(stream: unknown, call: ObservedCall): boolean {
  if (!isStream(stream)) return false;
  const { iterator } = stream;
  const observed = inPlaceOf(iterator, () => {
    const iterated = iterator.call(stream);
    if (!observeIterator(iterated, observerOf(call))) call.answeredRaw();
    return iterated;
  });
  return Reflect.set(stream, "iterator", observed);
}

function isStream(value: unknown): value is Stream {
  return isFields(value) && typeof value["iterator"] === "function" && Symbol.asyncIterator in value;
}
