/**
 * Resolves when the server has stopped after SIGINT or SIGTERM. The second signal ends the process at once, with the
 * status of a process that the signal killed; what was acknowledged is on disk in either case.
 */
export async function stopOnSignal(stop: () => Promise<void>, announce: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let stopping = false;
    const onSignal = (_signal: NodeJS.Signals, number: number) => {
      if (stopping) process.exit(128 + number);
      stopping = true;
      announce();
      stop().then(resolve, reject);
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  });
}
