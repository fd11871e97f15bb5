/** A run that is under way on the server. */
import { EvaluationFailedError, EvaluationTimeoutError, RateLimitError } from "./errors.ts";
import { pause } from "./pause.ts";
import type { RequestOptions, Transport } from "./transport.ts";
import type { CancelledJob, EvaluationJob, EvaluationRun } from "./types.ts";

export interface JobWaitOptions {
  /** Between two looks. Default 2000. */
  readonly pollIntervalMs?: number | undefined;
  /** Of the whole wait. Default: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Told at each look, also of the last one. */
  readonly onProgress?: ((job: EvaluationJob) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface JobHandle {
  /** Also the id of its run. */
  readonly jobId: string;
  readonly jobType: "evaluation";
  status(options?: RequestOptions): Promise<EvaluationJob>;
  /** It waits for its turn, or is being done. */
  isRunning(options?: RequestOptions): Promise<boolean>;
  /** It came to its end: it did not fail and was not cancelled. */
  isCompleted(options?: RequestOptions): Promise<boolean>;
  /** What is scored until then stays. Of a job that has ended nothing changes. */
  cancel(options?: RequestOptions): Promise<CancelledJob>;
  /** Looks again and again until it has ended, however. Throws an EvaluationTimeoutError when that takes longer; the server goes on. */
  wait(options?: JobWaitOptions): Promise<EvaluationJob>;
  /** Waits, too. Throws an EvaluationFailedError when it failed or was cancelled. */
  result(options?: JobWaitOptions): Promise<EvaluationRun>;
}

export function createJobHandle(transport: Transport, jobId: string): JobHandle {
  const path = `/evaluate/jobs/${encodeURIComponent(jobId)}`;

  const status: JobHandle["status"] = async (options) =>
    transport.send({ method: "GET", root: "/v2", path: `${path}/status` }, options);

  async function wait(options: JobWaitOptions = {}): Promise<EvaluationJob> {
    const { pollIntervalMs = 2000, timeoutMs = Number.POSITIVE_INFINITY, onProgress, signal } = options;
    const end = performance.now() + timeoutMs;
    for (;;) {
      const job = await status({ signal }).catch(pauseAskedFor);
      const pauseMs = typeof job === "number" ? Math.max(job, pollIntervalMs) : pollIntervalMs;
      if (typeof job !== "number") {
        onProgress?.(job);
        if (!isUnderWay(job)) return job;
      }
      const left = end - performance.now();
      if (left <= 0) throw timedOut(jobId, timeoutMs);
      await pause(Math.min(pauseMs, left), signal);
    }
  }

  return {
    jobId,
    jobType: "evaluation",
    status,
    isRunning: async (options) => isUnderWay(await status(options)),
    isCompleted: async (options) => (await status(options)).status === "completed",
    cancel: async (options) =>
      transport.send({ method: "POST", root: "/v2", path: `${path}/cancel`, isRepeatable: true }, options),
    wait,
    async result(options) {
      const { result, status: ended, error } = await wait(options);
      if (ended === "completed" && result !== null) return result;
      const why = error === null ? "" : `: ${error}`;
      throw new EvaluationFailedError(`job ${jobId} is ${ended}${why}`, { code: `evaluation_${ended}` });
    },
  };
}

/** Many who look at the same time are asked to wait, in milliseconds: their jobs go on. */
function pauseAskedFor(error: unknown): number {
  if (error instanceof RateLimitError && error.retryAfterMs !== undefined) return error.retryAfterMs;
  throw error;
}

const isUnderWay = ({ status }: EvaluationJob): boolean => status === "queued" || status === "running";

const timedOut = (jobId: string, ms: number) =>
  new EvaluationTimeoutError(`job ${jobId} has not ended after ${ms} ms`, { code: "evaluation_timeout" });
