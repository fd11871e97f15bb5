/** Lets one waiter know that there may be something to look for. */
export interface News {
  announce(): void;
  /** Resolves at once when something was announced since the last time, else when it is. Rejects when `stopping` aborts. */
  wait(): Promise<void>;
}

/** There is news at first: nobody has looked yet. */
export function createNews(stopping: AbortSignal): News {
  let isAnnounced = true;
  let wake = (): void => undefined;
  stopping.addEventListener("abort", () => wake());
  return {
    announce() {
      isAnnounced = true;
      wake();
    },
    async wait() {
      if (!isAnnounced && !stopping.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      stopping.throwIfAborted();
      isAnnounced = false;
    },
  };
}
