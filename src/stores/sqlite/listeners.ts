import type { SessionNotice } from "../../component/store.ts";

/** Who hears of commits, on a client's side of the writer thread. */
export interface Listeners {
  /** Listens until the function it returns is called. */
  readonly watch: (listener: (notice: SessionNotice) => void) => () => void;
  readonly hear: (notices: readonly SessionNotice[]) => void;
  readonly watches: () => boolean;
  /** Until the writer knows that somebody listens, it tells nobody what it commits: who reads after listening waits for this. */
  readonly heard: () => Promise<void>;
}

/** @param tellWriter whether anybody listens has changed; resolves when the writer knows. */
export function createListeners(tellWriter: (watches: boolean) => Promise<void>): Listeners {
  const listeners = new Set<(notice: SessionNotice) => void>();
  let told: Promise<void> = Promise.resolve();

  async function tell(watches: boolean): Promise<void> {
    try {
      await tellWriter(watches);
    } catch {
      // A store that is closed has nothing to tell, and fails the reads themselves.
    }
  }

  return {
    watch(listener) {
      const own = (notice: SessionNotice): void => listener(notice); // the same listener may watch twice
      listeners.add(own);
      if (listeners.size === 1) told = tell(true);
      return () => {
        if (listeners.delete(own) && listeners.size === 0) void tell(false);
      };
    },
    hear(notices) {
      for (const notice of notices) for (const listener of listeners) listener(notice);
    },
    watches: () => listeners.size > 0,
    heard: async () => told,
  };
}
