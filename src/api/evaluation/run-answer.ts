/** What whoever started a run is answered: the result when it comes soon, else the job. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EvaluationRunner, RunWaiting } from "../../component/evaluation-runner.ts";
import type { EvaluationRef, EvaluationStore } from "../../component/evaluations.ts";
import { type EvaluationRun, isEnded } from "../../model/evaluation.ts";
import { runNotFound } from "../api-error.ts";
import { replayHeaders } from "../idempotency.ts";
import type { Answer, ApiContext, Reply } from "../route.ts";
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

interface RunContext extends Pick<ApiContext, "store"> {
  readonly evaluation?: EvaluationRunner | undefined;
}

type BodyAnswer = Extract<Answer, { readonly body: unknown }>;

/** Holds nothing of the request but this. The run is there: whoever finds no place to wait is told of its job. */
export function replyWithRun(
  { store, evaluation }: RunContext,
  project: string,
  run: EvaluationRun,
  { mode, wait }: WaitWish,
  isReplay = false,
): Reply {
  const headers = replayHeaders(isReplay);
  const atOnce = { ...toAnswer(run, evaluation?.waitingOf({ project, id: run.id })), headers };
  if (secondsOf({ mode, wait }) === 0) return atOnce;
  const answer = async (ended: AbortSignal): Promise<Answer> => ({
    ...(await answerRun({ store, evaluation }, project, run, { mode, wait }, ended)),
    headers,
  });
  return { wait: answer, atOnce };
}

/** Rejects with 404 when the run is deleted meanwhile. */
export async function answerRun(
  { store: { evaluations }, evaluation }: RunContext,
  project: string,
  run: EvaluationRun,
  wish: WaitWish,
  ended: AbortSignal,
): Promise<BodyAnswer> {
  const seconds = secondsOf(wish);
  const ref = { project, id: run.id };
  const now = seconds === 0 ? run : await waitForRun(evaluations, ref, seconds, ended);
  if (now === undefined) throw runNotFound();
  return toAnswer(now, evaluation?.waitingOf(ref));
}

const secondsOf = ({ mode, wait = USUAL_SECONDS }: WaitWish): number => (mode === "async" ? 0 : wait);

const toAnswer = (run: EvaluationRun, waiting: RunWaiting | undefined): BodyAnswer =>
  isEnded(run.status) ? { status: 200, body: toRunDetail(run) } : { status: 202, body: toJob(run, waiting) };

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
