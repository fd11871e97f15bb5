/** How much a project may evaluate in a month (UTC), and what it has used. Source: VQ-19 */
import type { EvaluationLimits } from "../../component/evaluation-runner.ts";
import type { EvaluationStore } from "../../component/evaluations.ts";
import { utcMonth } from "../../model/spend.ts";
import { ApiError } from "../api-error.ts";

export interface Use {
  readonly evaluations: number;
  readonly tokens: number;
}

export const readUse = async (store: EvaluationStore, project: string, now: Date): Promise<Use> =>
  store.countUse(project, { month: utcMonth(now.getTime()), evaluations: 0, tokens: 0 });

/** Throws 429 when another evaluation would be one too many, or no tokens are left. */
export async function requireQuota(
  store: EvaluationStore,
  project: string,
  limits: EvaluationLimits,
  now: Date,
): Promise<void> {
  const { evaluations, tokens } = await readUse(store, project, now);
  requireWithin({ evaluations: evaluations + 1, tokens }, limits, now);
}

/**
 * Counts an evaluation, and has it done. Throws 429 when that was one too many, or no tokens are left. It does not count when it is
 * `undefined` or fails.
 */
export async function withinQuota<Done>(
  store: EvaluationStore,
  project: string,
  limits: EvaluationLimits,
  act: () => Promise<Done | undefined>,
): Promise<Done | undefined> {
  const now = new Date();
  const month = utcMonth(now.getTime());
  let done: Done | undefined;
  const used = await store.countUse(project, { month, evaluations: 1, tokens: 0 });
  try {
    requireWithin(used, limits, now);
    done = await act();
  } finally {
    if (done === undefined) await store.countUse(project, { month, evaluations: -1, tokens: 0 });
  }
  return done;
}

/** `evaluations`: with the one that is asked for. */
function requireWithin({ evaluations, tokens }: Use, limits: EvaluationLimits, now: Date): void {
  const { evaluationsPerMonth = Infinity, tokensPerMonth = Infinity } = limits;
  if (evaluations > evaluationsPerMonth) throw exceeded("evaluations", evaluations - 1, evaluationsPerMonth, now);
  if (tokens >= tokensPerMonth) throw exceeded("tokens", tokens, tokensPerMonth, now);
}

function exceeded(service: keyof Use, current: number, limit: number, now: Date): ApiError {
  const seconds = Math.ceil((nextMonth(now).getTime() - now.getTime()) / 1000);
  return new ApiError(
    429,
    "quota_exceeded",
    `the ${service} of this month (${limit}) are used up; the count begins anew with the next one (UTC)`,
    { "retry-after": String(seconds) },
    { retry_after: seconds, service, current_usage: current, quota_limit: limit },
  );
}

const nextMonth = (now: Date): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
