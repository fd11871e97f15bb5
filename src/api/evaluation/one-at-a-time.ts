/** Who works one after the other, in the order in which they came. */

/** Waits for those before; returns what lets the next one in. Rejects with the reason of `ended`, and keeps nobody waiting then. */
export type Enter = (ended: AbortSignal) => Promise<() => void>;

export function createOneAtATime(): Enter {
  let last = Promise.resolve();
  return async (ended) => {
    ended.throwIfAborted();
    const before = last;
    let leave = (): void => undefined;
    const own = new Promise<void>((resolve) => {
      leave = resolve;
    });
    last = before.then(async () => own);
    try {
      await unlessAborted(before, ended);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  };
}

async function unlessAborted(waiting: Promise<void>, ended: AbortSignal): Promise<void> {
  let stop = (): void => undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
  });
  ended.addEventListener("abort", stop, { once: true });
  await Promise.race([waiting, aborted]);
  ended.removeEventListener("abort", stop);
  ended.throwIfAborted();
}
