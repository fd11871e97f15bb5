import type { EvaluationRef, EvaluationStore } from "./component/evaluations.ts";
import { isEnded } from "./model/evaluation.ts";

export interface SenderKeys {
  all(): readonly { readonly run: EvaluationRef; readonly apiKey: string }[];
  keep(run: EvaluationRef, apiKey: string): void;
  drop(run: EvaluationRef): void;
  /** Forgets all. */
  close(): void;
}

/** How soon the key of a run is forgotten that was cancelled before it was begun. */
const SWEEP_MS = 60_000;

/**
 * The keys that senders gave for their runs, here and nowhere else for as long as their runs have not ended. `onDrop` is told of
 * those that are forgotten without `drop`.
 */
export function createSenderKeys(
  store: Pick<EvaluationStore, "getRun">,
  onDrop: (run: EvaluationRef) => void,
): SenderKeys {
  const keys = new Map<string, { readonly run: EvaluationRef; readonly apiKey: string }>();
  const nameOf = ({ project, id }: EvaluationRef): string => JSON.stringify([project, id]);
  const drop = (run: EvaluationRef): void => void keys.delete(nameOf(run));

  async function sweep(): Promise<void> {
    for (const { run } of keys.values()) {
      const stored = await store.getRun(run);
      if (stored !== undefined && !isEnded(stored.status)) continue;
      drop(run);
      onDrop(run);
    }
  }

  // What cannot be found out now is found out the next time.
  const timer = setInterval(() => void sweep().catch(() => undefined), SWEEP_MS).unref();
  return {
    all: () => [...keys.values()],
    keep: ({ project, id }, apiKey) => void keys.set(nameOf({ project, id }), { run: { project, id }, apiKey }),
    drop,
    close() {
      clearInterval(timer);
      keys.clear();
    },
  };
}
