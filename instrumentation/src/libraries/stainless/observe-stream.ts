import { isFields } from "../../json.ts";
import { safely } from "../../safely.ts";
import type { ObservedCall } from "../observed-call.ts";

/** The client's `Stream`: iterating, `tee` and `toReadableStream` all begin with `iterator`. */
interface Stream {
  iterator: () => StreamIterator;
}

type Step = (this: unknown, ...args: unknown[]) => Promise<IteratorResult<unknown>>;
type StreamIterator = Partial<Record<"next" | "return" | "throw", Step>>;

/** Observes a stream from the inside: the same object, whose iterator is watched. Returns false if it is no stream. */
export function observeStream(stream: unknown, call: ObservedCall): boolean {
  if (!isStream(stream)) return false;
  const { iterator } = stream;
  stream.iterator = () => {
    const iterated = iterator.call(stream);
    safely(() => observeIterator(iterated, call));
    return iterated;
  };
  return true;
}

function observeIterator(iterator: StreamIterator, call: ObservedCall): void {
  for (const name of ["next", "return", "throw"] as const) {
    const step = iterator[name];
    if (step === undefined) continue;
    const value: Step = (...args) => observeStep(step.apply(iterator, args), call);
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

function isStream(value: unknown): value is Stream {
  return isFields(value) && typeof value["iterator"] === "function" && Symbol.asyncIterator in value;
}
