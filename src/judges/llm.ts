/** Judges by a language model behind any OpenAI-compatible endpoint. What it cannot judge is an error, never a score. */
import { createHash } from "node:crypto";
import { z, type ZodType } from "zod";
import type { Telemetry } from "../component/component.ts";
import { duration, secret } from "../component/config-schemas.ts";
import type { JudgeFactory } from "../component/judge.ts";
import { promptsVersion, readPrompts } from "../evaluation/prompts/prompts.ts";
import { toTrajectoryJudgement, toTurnJudgement } from "../evaluation/prompts/to-judgement.ts";
import { toolCallsOf } from "../evaluation/prompts/shown-turn.ts";
import { buildTrajectoryPrompt } from "../evaluation/prompts/trajectory-prompt.ts";
import { buildTurnPrompt, type JudgePrompt } from "../evaluation/prompts/turn-prompt.ts";
import { trajectoryVerdict, turnVerdict } from "../evaluation/prompts/verdicts.ts";
import { parseBaseUrl } from "../llm/base-url.ts";
import { createBudget } from "../llm/budget.ts";
import { createMemoryCache } from "../llm/cache.ts";
import { createLlmClient } from "../llm/client.ts";
import { toJsonSchema } from "../llm/json-schema.ts";
import { sharedLimiter } from "../llm/limiter.ts";
import type { JsonCompletion, LlmClient } from "../llm/llm-client.ts";
import { estimateTokens } from "../llm/tokens.ts";
import { JudgeError } from "../model/errors.ts";
import type { JudgeIdentity } from "../model/judgement.ts";

const baseUrl = z.string().transform((text, context) => {
  try {
    return parseBaseUrl(text);
  } catch (error) {
    context.issues.push({ code: "custom", input: "", message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

const configSchema = z
  .strictObject({
    /** Without a key this judge is off. Local servers that need none take any text. */
    api_key: secret.default(""),
    base_url: baseUrl.prefault("https://api.openai.com/v1"),
    model: z.string().min(1).default("gpt-5.4-mini"),
    /** Left out for models that refuse it. */
    temperature: z.number().min(0).max(2).default(0),
    /** For one request. */
    timeout: duration.prefault("60s"),
    /** For connecting: name, socket and TLS. */
    connect_timeout: duration.prefault("10s"),
    /** For one judgement with all its retries. */
    deadline: duration.prefault("3m"),
    /** Requests that may fail before the judgement does; a 429 does not count. */
    max_attempts: z.int().min(1).max(10).default(4),
    /** Of one endpoint and key, whoever asks. */
    max_concurrency: z.int().min(1).max(256).default(8),
    /** Of one prompt: what does not fit is shortened. */
    max_input_tokens: z.int().min(4_000).default(32_000),
    /** Of one answer, thinking included. */
    max_output_tokens: z.int().min(256).default(8_192),
    /** US dollars for a million tokens; without it costs are unknown. */
    price: z.strictObject({ input: z.number().nonnegative(), output: z.number().nonnegative() }).optional(),
    /** Ceilings per UTC day, counted since the process began. */
    daily_budget: z
      .strictObject({ tokens: z.int().positive().optional(), usd: z.number().positive().optional() })
      .prefault({}),
  })
  .refine(({ price, daily_budget }) => daily_budget.usd === undefined || price !== undefined, {
    path: ["daily_budget", "usd"],
    message: "needs the price to be known: set price",
  });
export type LlmJudgeConfig = z.infer<typeof configSchema>;

const off = "no API key: set TURNWISE_LLM_API_KEY";

export const llmJudge: JudgeFactory<LlmJudgeConfig> = {
  type: "llm",
  description: "Judges turns and trajectories with a language model behind any OpenAI-compatible endpoint.",
  configSchema,
  create(config, { id, telemetry }) {
    const prompts = readPrompts();
    const identity = identify(id, config, prompts.hash);
    const client = config.api_key === "" ? undefined : createClient(config);
    const fits = (prompt: string): boolean => estimateTokens(prompt) <= config.max_input_tokens;

    const ask = async <Verdict>(question: Question<Verdict>): Promise<JsonCompletion<Verdict>> => {
      if (client === undefined) throw new JudgeError("off", off, { retryable: false, pausesJudge: true });
      const { prompt, schema, schemaName, signal } = question;
      const completion = await client.completeJson({
        system: prompt.system,
        user: prompt.user,
        schema,
        schemaName,
        maxOutputTokens: config.max_output_tokens,
        version: identity.version,
        signal,
      });
      countSpend(telemetry, id, completion);
      return completion;
    };

    return {
      identity,
      ...(client === undefined ? { off } : {}),
      async judgeTurn({ session, judging, turn, earlier }, signal) {
        const { evaluateSafety } = judging;
        const prompt = buildTurnPrompt({ session, turn, earlier, evaluateSafety }, prompts, fits);
        if (prompt === undefined) throw tooLong(`Turn ${turn.turn}`, config);
        const schema = turnVerdict(toolCallsOf(turn).length, evaluateSafety);
        const { value, usage, costUsd } = await ask({ prompt, schema, schemaName: "turn_verdict", signal });
        return toTurnJudgement(value, turn, { judge: identity, prompt, usage, costUsd });
      },
      async judgeTrajectory({ session, judging, turns }, signal) {
        const prompt = buildTrajectoryPrompt({ session, judging, turns }, prompts, fits);
        if (prompt === undefined) throw tooLong("The session", config);
        const schema = trajectoryVerdict(session.turns.length);
        const { value, usage, costUsd } = await ask({ prompt, schema, schemaName: "trajectory_verdict", signal });
        return toTrajectoryJudgement(value, { judge: identity, prompt, usage, costUsd });
      },
      async shutdown() {
        client?.close();
      },
    };
  },
};

interface Question<Verdict> {
  readonly prompt: JudgePrompt;
  readonly schema: ZodType<Verdict>;
  readonly schemaName: string;
  readonly signal: AbortSignal;
}

/** Whatever may change a verdict is part of the version; keys, limits on time and the endpoint's address are not. */
function identify(name: string, config: LlmJudgeConfig, promptHash: string): JudgeIdentity {
  const schemas = [turnVerdict(0, false), turnVerdict(0, true), trajectoryVerdict(1)].map(toJsonSchema);
  const { model, temperature, max_input_tokens, max_output_tokens } = config;
  const params = [temperature, max_input_tokens, max_output_tokens];
  const version = createHash("sha256").update(JSON.stringify([promptsVersion, promptHash, schemas, model, params]));
  return { name, version: version.digest("hex").slice(0, 16), model, promptHash: promptHash.slice(0, 16) };
}

function createClient(config: LlmJudgeConfig): LlmClient {
  const { price, daily_budget: ceilings } = config;
  return createLlmClient({
    baseUrl: config.base_url,
    apiKey: config.api_key,
    model: config.model,
    temperature: config.temperature,
    timeouts: { connectMs: config.connect_timeout, attemptMs: config.timeout, deadlineMs: config.deadline },
    maxAttempts: config.max_attempts,
    limiter: sharedLimiter(config.base_url, config.api_key, config.max_concurrency),
    cache: createMemoryCache(),
    budget: createBudget({ maxTokensPerDay: ceilings.tokens, maxUsdPerDay: ceilings.usd }, price),
    ...(price === undefined ? {} : { price }),
  });
}

function countSpend(telemetry: Telemetry, judge: string, { usage, costUsd }: JsonCompletion<unknown>): void {
  if (usage !== undefined) {
    telemetry.count("turnwise_judge_input_tokens", { judge }, usage.inputTokens);
    telemetry.count("turnwise_judge_output_tokens", { judge }, usage.outputTokens);
  }
  if (costUsd !== undefined) telemetry.count("turnwise_judge_cost_usd", { judge }, costUsd);
}

function tooLong(what: string, { max_input_tokens }: LlmJudgeConfig): JudgeError {
  const message = `${what} does not fit into ${max_input_tokens} tokens (max_input_tokens), however shortened`;
  return new JudgeError("context_too_long", message, { retryable: false });
}
