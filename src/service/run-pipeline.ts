/**
 * Scores the items of runs, several runs side by side. All state is in the store: a run is held by a lease, its scores are saved
 * as they come, so that a crash repeats the items in work and loses none.
 */
import type { Logger, Telemetry } from "../component/component.ts";
import type { RunClaim } from "../component/evaluations.ts";
import { createAlarm } from "./alarm.ts";
import { processRun, type ProcessRunContext } from "./process-run.ts";
import { createBreathe } from "./score-run.ts";

export interface RunPipelineOptions extends Pick<ProcessRunContext, "store" | "metrics" | "modelOf" | "concurrency"> {
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  readonly onEnded?: ProcessRunContext["onEnded"];
  /** How long a run stays taken when this process dies. */
  readonly leaseMs?: number;
  /** Runs in work at the same time, also those that wait for their model. */
  readonly runs?: number;
  /** Who takes the leases; must differ between processes. */
  readonly worker?: string;
}

export interface RunPipeline {
  /** There are runs to do. */
  wake(): void;
  /** Takes no more work and puts back what is in hand; resolves when nothing runs any more. Safe twice. */
  stop(): Promise<void>;
}

/** Nobody tells of leases that have ended. */
const pollMs = 2000;

export function startRunPipeline(options: RunPipelineOptions): RunPipeline {
  const { store, logger, telemetry, leaseMs = 30_000, runs = 64, onEnded = () => undefined } = options;
  const worker = options.worker ?? `runs-${process.pid}`;
  const stopping = new AbortController();
  const inWork = new Set<Promise<void>>();
  const alarm = createAlarm();
  const { metrics, modelOf, concurrency } = options;
  const breathe = createBreathe();
  const context = { store, metrics, modelOf, concurrency, logger, telemetry, leaseMs, onEnded, breathe };
  telemetry.gauge("turnwise_runs_in_work", () => inWork.size);

  async function claim(): Promise<RunClaim | undefined> {
    try {
      return await store.claimRun({ worker, leaseMs });
    } catch (error) {
      if (!stopping.signal.aborted) logger.warn({ err: error }, "looking for runs failed");
      return undefined;
    }
  }

  function take(claimed: RunClaim): void {
    const work = processRun(claimed, stopping.signal, context).finally(() => {
      inWork.delete(work);
      alarm.ring();
    });
    inWork.add(work);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const claimed = inWork.size < runs ? await claim() : undefined;
      if (claimed === undefined) await alarm.wait(pollMs);
      else take(claimed);
    }
    await Promise.all(inWork);
  }

  const running = run();
  return {
    wake: () => alarm.ring(),
    async stop() {
      stopping.abort(new Error("the run pipeline is stopping"));
      alarm.ring();
      await running;
    },
  };
}
