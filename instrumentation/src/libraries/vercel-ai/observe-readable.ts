import { safely } from "../../safely.ts";
import type { ObservedCall } from "../observed-call.ts";
import { isAnswerPart } from "./model-stream.ts";

const methods = ["getReader", "pipeThrough", "pipeTo", "tee", "values", "cancel", Symbol.asyncIterator] as const;

/** Observes a model's stream: the same object, which is read through one that watches what passes. False if it is none. */
export function observeReadable(stream: unknown, call: ObservedCall): boolean {
  if (!(stream instanceof ReadableStream)) return false;
  const reader = ReadableStream.prototype.getReader.bind(stream);
  let watched: ReadableStream | undefined;
  for (const name of methods) {
    const value = (...args: unknown[]): unknown => {
      watched ??= watch(reader(), call);
      return Reflect.apply(Reflect.get(watched, name), watched, args);
    };
    safely(() => Object.defineProperty(stream, name, { value, writable: true, configurable: true }));
  }
  return true;
}

/** Who leaves a loop over a text stream neither reads on nor cancels: the answer ends where nobody can read it any more. */
const abandoned = new FinalizationRegistry<() => void>((streamEnded) => streamEnded());

/** Reads only what is asked for, when it is asked for. */
function watch(reader: ReadableStreamDefaultReader<unknown>, call: ObservedCall): ReadableStream {
  const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
    const { done, value } = await reader.read().catch((error: unknown) => {
      call.fail(error);
      throw error;
    });
    if (done) {
      call.streamEnded();
      controller.close();
      return;
    }
    if (isAnswerPart(value)) call.chunk(value);
    controller.enqueue(value);
  };
  const cancel = async (reason: unknown): Promise<void> => {
    call.streamEnded();
    await reader.cancel(reason);
  };
  const watched = new ReadableStream({ pull, cancel }, { highWaterMark: 0 });
  abandoned.register(watched, call.streamEnded);
  return watched;
}
