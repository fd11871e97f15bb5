import { createBudget } from "../../llm/budget.ts";
import { createMemoryCache, createStoredCache } from "../../llm/cache.ts";
import { createLlmClient } from "../../llm/client.ts";
import { sharedLimiter } from "../../llm/limiter.ts";
import type { LlmClient } from "../../llm/llm-client.ts";
import { sharedModeMemory } from "../../llm/mode-memory.ts";
import type { AnswerStore } from "../../model/answer-store.ts";
import type { SpendLedger } from "../../model/spend.ts";
import { jurorsOf, type Juror, type LlmJudgeConfig } from "./llm-config.ts";

/** A model that judges, and how it is asked. */
export interface JuryMember extends Juror {
  readonly client: LlmClient;
}

/** Its members spend from the same budgets, each at its own price. */
export function createJury(
  config: LlmJudgeConfig,
  {
    judge,
    ledger,
    answers,
    answersOf = judge,
  }: {
    readonly judge: string;
    readonly ledger: SpendLedger;
    readonly answers?: AnswerStore | undefined;
    /** Under whose name answers are kept, which go when that one's judgement is saved. */
    readonly answersOf?: string;
  },
): readonly [JuryMember, ...JuryMember[]] {
  const cache = answers === undefined ? createMemoryCache() : createStoredCache(answersOf, answers);
  const { daily_budget: day, project_budget: project, session_budget: session } = config;
  const toMember = (juror: Juror): JuryMember => {
    const { baseUrl, apiKey, model, temperature, price } = juror;
    const client = createLlmClient({
      baseUrl,
      apiKey,
      model,
      temperature,
      timeouts: { connectMs: config.connect_timeout, attemptMs: config.timeout, deadlineMs: config.deadline },
      maxAttempts: config.max_attempts,
      limiter: sharedLimiter(baseUrl, apiKey, config.max_concurrency),
      modes: sharedModeMemory(baseUrl, model),
      cache,
      budget: createBudget({ judge, ceilings: { day, project, session }, ledger, price }),
      ...(price === undefined ? {} : { price }),
    });
    return { ...juror, client };
  };
  const [first, ...others] = jurorsOf(config);
  return [toMember(first), ...others.map(toMember)];
}
