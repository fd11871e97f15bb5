/**
 * Runs a task under a signal that aborts when the caller's does, or after `ms`. `expired` tells the two apart. Nothing
 * is left behind, neither timer nor listener: the caller's signal may live as long as the process.
 */
export async function withDeadline<Result>(
  ms: number,
  caller: AbortSignal,
  task: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  caller.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(caller.reason);
  const at = Date.now() + ms;
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(new Error("deadline"));
  }, ms);
  caller.addEventListener("abort", abort, { once: true });
  try {
    return await task({ signal: controller.signal, expired: () => expired, remainingMs: () => at - Date.now() });
  } finally {
    clearTimeout(timer);
    caller.removeEventListener("abort", abort);
  }
}

export interface Deadline {
  readonly signal: AbortSignal;
  /** The time ran out; false when it was the caller who aborted. */
  expired(): boolean;
  remainingMs(): number;
}
