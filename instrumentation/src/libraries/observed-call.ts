import type { ModelAnswer } from "../model-call.ts";
import { startModelCall, type ModelRequest } from "../model-call.ts";
import { safely } from "../safely.ts";
import { isInModelCall } from "../scope.ts";
import type { Tracing } from "../tracing.ts";

/** Puts the pieces of a streamed answer together. */
export interface StreamReader {
  add(chunk: unknown): void;
  /** What has arrived so far. */
  answer(): ModelAnswer;
  /** Whether the model has said that it is done. */
  isComplete(): boolean;
}

/** One call of the client, told what happens to it. No method throws. */
export interface ObservedCall {
  readonly run: <T>(fn: () => T) => T;
  /** The whole answer is there. */
  readonly answered: (answer: unknown) => void;
  /** The application got the raw HTTP response and reads it itself. */
  readonly answeredRaw: () => void;
  readonly chunk: (chunk: unknown) => void;
  /** The stream ended, or the application stopped reading it. */
  readonly streamEnded: () => void;
  readonly fail: (error: unknown) => void;
}

const neverStreamed: StreamReader = {
  add: () => undefined,
  answer: () => ({ attributes: {}, output: [] }),
  isComplete: () => false,
};

const ignore = (): void => undefined;

/** A call that is a part of another model call, one library's through another's. */
const partOfAnother: ObservedCall = {
  run: (fn) => fn(),
  answered: ignore,
  answeredRaw: ignore,
  chunk: ignore,
  streamEnded: ignore,
  fail: ignore,
};

/**
 * Begins a model call whose answer `read` reads when it comes in one piece and `reader` when it is streamed. Inside
 * another model call nothing is recorded.
 */
export function observeModelCall(
  tracing: Tracing,
  request: ModelRequest,
  read: (answer: unknown) => ModelAnswer,
  reader: StreamReader = neverStreamed,
): ObservedCall {
  if (isInModelCall()) return partOfAnother;
  const call = startModelCall(tracing, request, () => reader.answer());
  let chunks = 0;
  return {
    run: call.run,
    answered(answer) {
      safely(() => call.answer(read(answer)));
    },
    answeredRaw() {
      safely(() => call.answer({ attributes: {}, output: [] }));
    },
    chunk(chunk) {
      safely(() => {
        if (chunks === 0) call.firstChunk();
        chunks += 1;
        reader.add(chunk);
      });
    },
    streamEnded() {
      safely(() => (reader.isComplete() ? call.answer(reader.answer()) : call.stop(reader.answer())));
    },
    fail(error) {
      safely(() => call.fail(error, chunks === 0 ? undefined : reader.answer()));
    },
  };
}
