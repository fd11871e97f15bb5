import type { ObservedCall } from "../observed-call.ts";

/**
 * A call that ends as stopped when the application aborts it, with whatever reason: who stops reading a stream does not
 * always cancel it. A timeout is no wish of the application's, but a failure.
 */
export function endOnAbort(call: ObservedCall, signal: unknown): ObservedCall {
  if (!(signal instanceof AbortSignal)) return call;
  const fail = (error: unknown): void => {
    const isTimeout = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
    if (signal.aborted && !isTimeout) call.streamEnded();
    else call.fail(error);
  };
  // What the model still says of it comes first.
  const onAbort = (): void => {
    setImmediate(() => fail(signal.reason));
  };
  signal.addEventListener("abort", onAbort, { once: true });
  const last =
    <A extends unknown[]>(end: (...args: A) => void) =>
    (...args: A): void => {
      signal.removeEventListener("abort", onAbort);
      end(...args);
    };
  return { ...call, answered: last(call.answered), streamEnded: last(call.streamEnded), fail: last(fail) };
}
