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
  /** Runs in work at the same time that ask a model, also those that wait for it; and as many that ask none. */
  readonly runs?: number;
  /** Of these, of one project, so that what makes its runs wait, or their number, holds up no other project's. */
  readonly runsOfProject?: number;
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
  const { store, metrics, modelOf, concurrency, logger, telemetry } = options;
  const { leaseMs = 30_000, onEnded = () => undefined } = options;
  const stopping = new AbortController();
  const context = {
    store,
    metrics,
    modelOf,
    concurrency,
    logger,
    telemetry,
    leaseMs,
    onEnded,
    breathe: createBreathe(),
  };
  // Those that ask a model wait for none that asks no model, and the other way round.
  const lanes = [true, false].map((asksModel) => startLane(asksModel, stopping.signal, context, options));
  telemetry.gauge("turnwise_runs_in_work", () => lanes.reduce((sum, { inWork }) => sum + inWork.size, 0));

  return {
    wake: () => lanes.forEach(({ wake }) => wake()),
    async stop() {
      stopping.abort(new Error("the run pipeline is stopping"));
      lanes.forEach(({ wake }) => wake());
      await Promise.all(lanes.map(async ({ running }) => running));
    },
  };
}

interface RunInWork {
  readonly project: string;
  /** Never rejects. */
  readonly work: Promise<void>;
}

/** Takes runs of one kind as long as there are places. */
function startLane(
  asksModel: boolean,
  stopping: AbortSignal,
  context: ProcessRunContext,
  options: Pick<RunPipelineOptions, "worker" | "runs" | "runsOfProject">,
) {
  const { store, leaseMs, logger } = context;
  const { worker = `runs-${process.pid}` } = options;
  const keys = context.metrics.filter((metric) => metric.asksModel).map(({ key }) => key);
  const inWork = new Set<RunInWork>();
  const alarm = createAlarm();

  async function claim(): Promise<RunClaim | undefined> {
    const exceptProjects = fullProjects(inWork, options);
    if (exceptProjects === undefined) return undefined;
    try {
      return await store.claimRun({ worker, leaseMs, metrics: { keys, has: asksModel }, exceptProjects });
    } catch (error) {
      if (!stopping.aborted) logger.warn({ err: error }, "looking for runs failed");
      return undefined;
    }
  }

  function take(claimed: RunClaim): void {
    const work = processRun(claimed, stopping, context).finally(() => {
      inWork.delete(run);
      alarm.ring();
    });
    const run: RunInWork = { project: claimed.project, work };
    inWork.add(run);
  }

  async function takeAll(): Promise<void> {
    while (!stopping.aborted) {
      const claimed = await claim();
      if (claimed === undefined) await alarm.wait(pollMs);
      else take(claimed);
    }
    await Promise.all([...inWork].map(async ({ work }) => work));
  }

  return { inWork, wake: () => alarm.ring(), running: takeAll() };
}

/** Projects of which no more may be taken beside these. Undefined: there is no place for any. */
function fullProjects(
  inWork: ReadonlySet<RunInWork>,
  { runs = 64, runsOfProject = 16 }: Pick<RunPipelineOptions, "runs" | "runsOfProject">,
): readonly string[] | undefined {
  if (inWork.size >= runs) return undefined;
  const counts = new Map<string, number>();
  for (const { project } of inWork) counts.set(project, (counts.get(project) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= runsOfProject).map(([project]) => project);
}
