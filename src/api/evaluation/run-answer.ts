/** What whoever started a run is answered: the result when it comes soon, else the job. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EvaluationRef, EvaluationStore } from "../../component/evaluations.ts";
import { type EvaluationRun, isEnded } from "../../model/evaluation.ts";
import { runNotFound } from "../api-error.ts";
import type { Store } from "../../component/store.ts";
import type { Answer, Reply } from "../route.ts";
import { toJob, toRunDetail } from "./run-detail.ts";

export interface WaitWish {
  /** `async`: the job, at once. */
  readonly mode?: "sync" | "async" | undefined;
  /** How many seconds at most. Absent: 20. */
  readonly wait?: number | undefined;
}

const USUAL_SECONDS = 20;
const FIRST_LOOK_MS = 20;
const LONGEST_PAUSE_MS = 500;

/** Holds nothing of the request but this. */
export const replyWithRun = (
  { evaluations }: Pick<Store, "evaluations">,
  project: string,
  run: EvaluationRun,
  { mode, wait }: WaitWish,
): Reply => ({ wait: async (ended) => answerRun(evaluations, project, run, { mode, wait }, ended) });

/** Rejects with 404 when the run is deleted meanwhile. */
export async function answerRun(
  store: EvaluationStore,
  project: string,
  run: EvaluationRun,
  { mode = "sync", wait = USUAL_SECONDS }: WaitWish,
  ended: AbortSignal,
): Promise<Answer> {
  const seconds = mode === "async" ? 0 : wait;
  if (seconds === 0) return toAnswer(run);
  const waited = await waitForRun(store, { project, id: run.id }, seconds, ended);
  if (waited === undefined) throw runNotFound();
  return toAnswer(waited);
}

const toAnswer = (run: EvaluationRun): Answer =>
  isEnded(run.status) ? { status: 200, body: toRunDetail(run) } : { status: 202, body: toJob(run) };

/** The run as it is when it has ended, when the time is over or when nobody waits any more. Undefined: it was deleted. */
async function waitForRun(
  store: EvaluationStore,
  ref: EvaluationRef,
  seconds: number,
  ended: AbortSignal,
): Promise<EvaluationRun | undefined> {
  const giveUpAt = performance.now() + seconds * 1000;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const run = await store.getRun(ref);
    const left = giveUpAt - performance.now();
    if (run === undefined || isEnded(run.status) || left <= 0 || ended.aborted) return run;
    await sleep(Math.min(pause, left), undefined, { signal: ended, ref: false }).catch(() => undefined);
  }
}
