import type { Server } from "../server.ts";

/**
 * Resolves when the server has stopped after SIGINT or SIGTERM, or because it could work no more: then with the reason. The
 * second signal cuts what is still in hand, the third ends the process at once, with the status of a process that the signal
 * killed. What was acknowledged is on disk in every case.
 */
export async function stopOnSignal(
  server: Pick<Server, "stop" | "failure">,
  announce: (sentence: string) => void,
): Promise<Error | undefined> {
  const hurry = new AbortController();
  const signals = ["SIGINT", "SIGTERM"] as const;
  let received = 0;
  const reason = await new Promise<Error | undefined>((resolve) => {
    const onSignal = (_signal: NodeJS.Signals, number: number): void => {
      received += 1;
      if (received === 1) announce("Stopping; again cuts what is still in hand.");
      else if (received === 2) announce("Cutting what is in hand; again ends at once.");
      else process.exit(128 + number);
      if (received === 2) hurry.abort();
      resolve(undefined);
    };
    for (const signal of signals) process.on(signal, onSignal);
    void server.failure.then(resolve);
  });
  await server.stop(hurry.signal);
  return reason;
}
