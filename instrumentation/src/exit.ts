import { isMainThread } from "node:worker_threads";
import { safely } from "./safely.ts";

/**
 * Calls `lastThings` (synchronous) when the process ends: by itself, by `process.exit`, by an uncaught error, or by a
 * SIGTERM or SIGINT that the application does not handle. How the process ends stays as it was: code, signal and time.
 * Returns a function that takes it back.
 */
export function onProcessEnd(lastThings: () => void): () => void {
  let isDone = false;
  const once = (): void => {
    if (isDone) return;
    isDone = true;
    safely(lastThings);
  };
  const signals: readonly (string | symbol)[] = isMainThread ? ["SIGTERM", "SIGINT"] : [];
  const onSignal = (signal: NodeJS.Signals): void => {
    once();
    stopListening();
    process.kill(process.pid, signal);
  };
  // A listener switches the default off: with others present, what happens is theirs to say. Some of them end the process
  // only if nobody else listens, so then we do not.
  const onAdded = (event: string | symbol, listener: unknown): void => {
    if (!signals.includes(event) || listener === onSignal) return;
    // When the other one is there: Node stops listening for good when nobody is left.
    process.nextTick(() => process.listenerCount(event) > 1 && process.removeListener(event, onSignal));
  };
  const onRemoved = (event: string | symbol, listener: unknown): void => {
    if (signals.includes(event) && listener !== onSignal) listenAlone(event);
  };
  const listenAlone = (event: string | symbol): void => {
    if (process.listenerCount(event) === 0) process.on(event, onSignal);
  };
  const stopListening = (): void => {
    process.removeListener("newListener", onAdded);
    process.removeListener("removeListener", onRemoved);
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  process.on("exit", once);
  for (const signal of signals) listenAlone(signal);
  process.on("newListener", onAdded);
  process.on("removeListener", onRemoved);
  return () => {
    process.removeListener("exit", once);
    stopListening();
  };
}
