import { isFields } from "../../json.ts";
import { safely } from "../../safely.ts";
import { inPlaceOf } from "../in-place-of.ts";
import { observeIterator, type StreamIterator } from "../observe-iterator.ts";
import type { ObservedCall } from "../observed-call.ts";

/** The client's `Stream`: iterating, `tee` and `toReadableStream` all begin with `iterator`. */
interface Stream {
  iterator: () => StreamIterator;
}

/** Observes a stream from the inside: the same object, whose iterator is watched. Returns false if it is no stream. */
export function observeStream(stream: unknown, call: ObservedCall): boolean {
  if (!isStream(stream)) return false;
  const { iterator } = stream;
  stream.iterator = inPlaceOf(iterator, () => {
    const iterated = iterator.call(stream);
    safely(() => observeIterator(iterated, call));
    return iterated;
  });
  return true;
}

function isStream(value: unknown): value is Stream {
  return isFields(value) && typeof value["iterator"] === "function" && Symbol.asyncIterator in value;
}
