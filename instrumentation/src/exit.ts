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
  const signals = isMainThread ? (["SIGTERM", "SIGINT"] as const) : [];
  const onSignal = (signal: NodeJS.Signals): void => {
    // A listener switches the default off. With others present, what happens is theirs to say.
    if (process.listenerCount(signal) > 1) return;
    once();
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal);
  };
  process.on("exit", once);
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    process.removeListener("exit", once);
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
}
