/** All that happens to one run while it is held: scored, ended, or put back. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EvaluationRef, EvaluationStore, RunClaim } from "../component/evaluations.ts";
import { isEnded } from "../model/evaluation.ts";
import { createJudgeRetries } from "./judge-retries.ts";
import { holdLease, type Lease, LeaseEndedError } from "./lease.ts";
import { RunFailedError } from "./patient-ask.ts";
import { type RunContext, type RunModel, scoreRun } from "./score-run.ts";

export interface ProcessRunContext extends RunContext {
  readonly leaseMs: number;
  /**
   * The model that the run's metrics ask. Undefined: there is none. Rejects with RunFailedError when the run needs a key that is
   * gone, with the signal's reason when that aborts.
   */
  readonly modelOf: (claim: RunClaim, signal: AbortSignal) => Promise<RunModel | undefined>;
  /** The run has ended, whoever ended it. */
  readonly onEnded: (run: EvaluationRef) => void;
}

/** So often a run may end whoever takes it before it saved anything, so that the others get their turn. */
const maximumAttempts = 3;
/** How soon it is noticed that somebody cancelled the run, also while it waits for a model. */
const lookMs = 500;

/** Never rejects. `stopping` puts the run back: whoever takes it next goes on after what is saved. */
export async function processRun(claim: RunClaim, stopping: AbortSignal, context: ProcessRunContext): Promise<void> {
  const { store, leaseMs, logger } = context;
  const renew = (): Promise<boolean> => store.extendRun(claim, leaseMs);
  const lease = holdLease({ renew, leaseMs, stopping, logger, fields: { run: claim.id } });
  const watching = setInterval(() => void loseWhenEnded(claim, lease, store), lookMs);
  try {
    await end(claim, await outcomeOf(claim, lease.signal, context), context);
    context.onEnded(claim);
  } catch (error) {
    if (stopping.aborted) return await release(claim, context);
    if (error instanceof LeaseEndedError) return await tellWhenEnded(claim, context);
    logger.error({ err: error, run: claim.id }, "a run could not be ended; its lease runs out by itself");
  } finally {
    clearInterval(watching);
    lease.end();
  }
}

type Outcome = Parameters<EvaluationStore["finishRun"]>[1];

/** Rejects when the run is not to be ended: it was put back, or is somebody else's. */
async function outcomeOf(claim: RunClaim, signal: AbortSignal, context: ProcessRunContext): Promise<Outcome> {
  if (claim.attempts > maximumAttempts) return givenUp(claim, context);
  const retries = createJudgeRetries();
  for (;;) {
    try {
      await scoreRun(claim, await context.modelOf(claim, signal), signal, context);
      return { status: "completed" };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LeaseEndedError) throw error;
      if (error instanceof RunFailedError) return { status: "failed", error: error.message };
      context.logger.error({ err: error, run: claim.id }, "scoring a run failed");
      const again = retries.next(claim.id, 0);
      if (again === undefined)
        return { status: "failed", error: "the run could not be scored; the server's log says why" };
      await sleep(again.getTime() - Date.now(), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** What kills its thread (an item that is too large for its memory, say) would do so for ever. */
function givenUp({ id }: RunClaim, { logger }: ProcessRunContext): Outcome {
  logger.error({ run: id }, "a run is given up: whoever scores it dies");
  return {
    status: "failed",
    error: `scoring it ended the run thread ${maximumAttempts} times before anything was saved`,
  };
}

async function end(claim: RunClaim, outcome: Outcome, { store, telemetry }: ProcessRunContext): Promise<void> {
  if (!(await store.finishRun(claim, outcome))) throw new LeaseEndedError("the run is not this worker's any more");
  telemetry.count("turnwise_runs_ended", { status: outcome.status }, 1);
}

async function release(claim: RunClaim, { store, logger }: ProcessRunContext): Promise<void> {
  try {
    await store.releaseRun(claim);
  } catch (error) {
    logger.warn({ err: error, run: claim.id }, "a run could not be put back; its lease runs out by itself");
  }
}

/** A run that was cancelled, or deleted, is nobody's. What cannot be found out now is when the next scores are saved. */
async function loseWhenEnded(claim: RunClaim, lease: Lease, store: EvaluationStore): Promise<void> {
  const run = await store.getRun(claim).catch(() => claim.run);
  if (run?.status !== "running") lease.lose("the run has ended");
}

async function tellWhenEnded(claim: RunClaim, { store, onEnded }: ProcessRunContext): Promise<void> {
  const run = await store.getRun(claim).catch(() => claim.run);
  if (run === undefined || isEnded(run.status)) onEnded(claim);
}
