import type { Store } from "../component/store.ts";

/** How many sessions of a project were taken back, since the server's start: whoever waits for them is to know that. */
export interface CancelCounts {
  of(store: Store, project: string): number;
  /** Takes slice by slice back, until one is empty. */
  count(store: Store, project: string, cancelSlice: () => Promise<number>): Promise<void>;
}

export function createCancelCounts(): CancelCounts {
  const countsOf = new WeakMap<Store, Map<string, number>>();
  return {
    of: (store, project) => countsOf.get(store)?.get(project) ?? 0,
    async count(store, project, cancelSlice) {
      const counts = countsOf.get(store) ?? new Map<string, number>();
      countsOf.set(store, counts);
      for (let slice = -1; slice !== 0;) {
        slice = await cancelSlice();
        counts.set(project, (counts.get(project) ?? 0) + slice);
      }
    },
  };
}
