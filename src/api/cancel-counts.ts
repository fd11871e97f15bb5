import type { Store } from "../component/store.ts";

/** How many sessions of a project were taken back, since the server's start: whoever waits for them is to know that. */
export interface CancelCounts {
  /** Once what is being taken back is counted: to be asked after the store said how many wait, which knows of it before. */
  of(store: Store, project: string): Promise<number>;
  /** Takes slice by slice back, until one is empty. */
  count(store: Store, project: string, cancelSlice: () => Promise<number>): Promise<void>;
}

interface Cancelled {
  sessions: number;
  /** Rejects for nobody: who cancels is told by its own promise. */
  readonly underWay: Set<Promise<unknown>>;
}

export function createCancelCounts(): CancelCounts {
  const ofStores = new WeakMap<Store, Map<string, Cancelled>>();
  const cancelledIn = (store: Store, project: string): Cancelled => {
    const projects = ofStores.get(store) ?? new Map<string, Cancelled>();
    ofStores.set(store, projects);
    const cancelled = projects.get(project) ?? { sessions: 0, underWay: new Set() };
    projects.set(project, cancelled);
    return cancelled;
  };
  return {
    async of(store, project) {
      const cancelled = ofStores.get(store)?.get(project);
      if (cancelled === undefined) return 0;
      await Promise.allSettled(cancelled.underWay);
      return cancelled.sessions;
    },
    async count(store, project, cancelSlice) {
      const cancelled = cancelledIn(store, project);
      const work = countSlices(cancelled, cancelSlice).finally(() => cancelled.underWay.delete(work));
      cancelled.underWay.add(work);
      await work;
    },
  };
}

async function countSlices(cancelled: Cancelled, cancelSlice: () => Promise<number>): Promise<void> {
  for (let slice = -1; slice !== 0;) {
    slice = await cancelSlice();
    cancelled.sessions += slice;
  }
}
