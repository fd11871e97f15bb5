/** The language model that a case file names: it judges expectations, and plays users. */
import type { ModelClient } from "../evaluation/model-client.ts";
import { toModelClient } from "../evaluation/to-model-client.ts";
import { createLlmClient } from "../llm/client.ts";
import { sharedLimiter } from "../llm/limiter.ts";
import { sharedModeMemory } from "../llm/mode-memory.ts";

export interface JudgeModelConfig {
  readonly api_key: string;
  readonly base_url: string;
  readonly model: string;
  readonly temperature: number;
  /** In milliseconds, as the deadline: of one request, of connecting, of one answer with all its retries. */
  readonly timeout: number;
  readonly connect_timeout: number;
  readonly deadline: number;
  readonly max_attempts: number;
  readonly max_concurrency: number;
  readonly max_output_tokens: number;
}

export interface JudgeModel {
  readonly client: ModelClient;
  /** Ends what is under way. */
  close(): void;
}

export function createJudgeModel(config: JudgeModelConfig): JudgeModel {
  const { api_key: apiKey, base_url: baseUrl, model, temperature } = config;
  const llm = createLlmClient({
    apiKey,
    baseUrl,
    model,
    temperature,
    timeouts: { attemptMs: config.timeout, connectMs: config.connect_timeout, deadlineMs: config.deadline },
    maxAttempts: config.max_attempts,
    limiter: sharedLimiter(baseUrl, apiKey, config.max_concurrency),
    modes: sharedModeMemory(baseUrl, model),
  });
  const stop = new AbortController();
  return {
    client: toModelClient(llm, { maxOutputTokens: config.max_output_tokens, signal: stop.signal }),
    close() {
      stop.abort(new Error("the evaluation is over"));
      llm.close();
    },
  };
}
