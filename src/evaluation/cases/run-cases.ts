/** Runs cases against an agent, several trials at a time. */
import type { EvalCase } from "./eval-case.ts";
import { runTrial, type TrialOptions } from "./run-trial.ts";
import type { CaseResult, RunResult, TrialResult } from "./trial-result.ts";

export interface RunOptions extends Pick<TrialOptions, "agent" | "score" | "guard" | "userOf"> {
  readonly name: string;
  /** Trials that are under way at the same time. */
  readonly concurrency?: number;
  /** Of each case. */
  readonly trials?: number;
  /** The share of a case's trials that must pass for it to pass. */
  readonly minPassRate?: number;
  readonly threshold?: number;
  readonly timeoutMs?: number;
  readonly scoringTimeoutMs?: number;
  readonly retries?: number;
  readonly retryDelayMs?: number;
  /** Cancels the run, which then rejects with its reason. */
  readonly signal?: AbortSignal;
  /** What is known of a trial (from 1) already, so that it is not run again. */
  readonly known?: (evalCase: EvalCase, trial: number) => TrialResult | undefined;
  /** Is told of each trial when it is through; not of those that were known. */
  readonly onTrial?: (result: TrialResult, evalCase: EvalCase) => void;
}

export const runDefaults = {
  concurrency: 4,
  trials: 1,
  minPassRate: 1,
  threshold: 0.7,
  timeoutMs: 60_000,
  scoringTimeoutMs: 300_000,
  retries: 0,
  retryDelayMs: 1000,
} as const;

/** Resolves when every trial is through, whatever the agent does in them. Rejects only when it is cancelled. */
export async function runCases(cases: readonly EvalCase[], options: RunOptions): Promise<RunResult> {
  const { concurrency, trials, minPassRate, ...all } = {
    ...runDefaults,
    signal: new AbortController().signal,
    ...options,
  };
  const startedAt = new Date();
  const started = performance.now();
  const jobs = cases.flatMap((evalCase) =>
    Array.from({ length: trials }, (_, at) => async () => {
      const known = all.known?.(evalCase, at + 1);
      if (known !== undefined) return known;
      const result = await runTrial(evalCase, at + 1, all);
      all.onTrial?.(result, evalCase);
      return result;
    }),
  );
  const results = await runJobs(jobs, concurrency).catch((error: unknown) => {
    all.signal.throwIfAborted();
    throw error;
  });
  const ofCases = cases.map(({ id }, at) =>
    toCaseResult(id, results.slice(at * trials, (at + 1) * trials), minPassRate),
  );
  const costs = results.flatMap(({ turns }) => turns.flatMap(({ costUsd }) => costUsd ?? []));
  return {
    name: options.name,
    startedAt,
    durationMs: performance.now() - started,
    cases: ofCases,
    score: meanOf(ofCases.map(({ score }) => score)),
    ...(costs.length === 0 ? {} : { costUsd: costs.reduce((sum, cost) => sum + cost, 0) }),
  };
}

/** The results in the jobs' order. After a rejection no other job begins; it rejects when those under way are through. */
async function runJobs<Result>(jobs: readonly (() => Promise<Result>)[], concurrency: number): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = jobs.entries();
  let failed = false;
  const work = async (): Promise<void> => {
    for (const [at, job] of waiting) {
      if (failed) return;
      try {
        results[at] = await job();
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: Math.min(concurrency, jobs.length) }, work));
  for (const one of settled) if (one.status === "rejected") throw one.reason;
  return results;
}

function toCaseResult(id: string, trials: readonly TrialResult[], minPassRate: number): CaseResult {
  const passRate = trials.filter(({ status }) => status === "passed").length / trials.length;
  return { id, passed: passRate >= minPassRate, passRate, score: meanOf(trials.map(({ score }) => score)), trials };
}

/** Of those that there are; null: there is none. */
function meanOf(scores: readonly (number | null)[]): number | null {
  const known = scores.filter((score) => score !== null);
  return known.length === 0 ? null : known.reduce((sum, score) => sum + score, 0) / known.length;
}
