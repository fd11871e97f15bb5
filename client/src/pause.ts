/** Resolves after so many milliseconds; rejects with the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  let stop = (): void => undefined;
  await new Promise<void>((resume) => {
    const timer = setTimeout(resume, ms);
    stop = () => {
      clearTimeout(timer);
      resume();
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
}
