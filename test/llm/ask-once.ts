/** A client against a scripted model, with short waits, and one small question for it. */
import { z } from "zod";
import { startScriptedModel, type ScriptedReply, type ScriptedRequest } from "../../examples/scripted-model.mjs";
import { type Budget, createBudget } from "../../src/llm/budget.ts";
import { createMemoryLedger } from "../../src/llm/memory-ledger.ts";
import { createLlmClient } from "../../src/llm/client.ts";
import { createLimiter } from "../../src/llm/limiter.ts";
import type { JsonCompletion, JsonRequest, LlmClient, LlmClientOptions } from "../../src/llm/llm-client.ts";

export const apiKey = "sk-test-4f9c2a7b1e8d6053";

export const verdictSchema = z.object({
  reasoning: z.string(),
  score: z.literal([-1, 0, 1]),
});
export type Verdict = z.infer<typeof verdictSchema>;

const sentBodySchema = z.looseObject({
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
  response_format: z.looseObject({ type: z.string() }).optional(),
  tools: z.array(z.unknown()).optional(),
  temperature: z.number().optional(),
  max_tokens: z.number().optional(),
  max_completion_tokens: z.number().optional(),
});

/** What a request carried, typed; throws when it is not a chat completion request. */
export function sentBody(request: ScriptedRequest | undefined): z.infer<typeof sentBodySchema> {
  return sentBodySchema.parse(request?.body);
}

/** What one message of a request says; negative positions count from the end. */
export function sentContent(request: ScriptedRequest | undefined, position: number): string {
  return sentBody(request).messages.at(position)?.content ?? "";
}

export const good: ScriptedReply = {
  message: { content: '{"reasoning":"it is so","score":1}' },
  usage: { prompt_tokens: 100, completion_tokens: 20 },
};

/** A budget of so many tokens a day, that only this test knows of. */
export const budgetOf = (tokens: number): Budget =>
  createBudget({ judge: "llm", ceilings: { day: { tokens } }, ledger: createMemoryLedger() });

export interface Harness {
  readonly client: LlmClient;
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  readonly ask: (overrides?: Partial<JsonRequest<Verdict>>) => Promise<JsonCompletion<Verdict>>;
}

const toClose: (() => Promise<void> | void)[] = [];

/** To be called after each test. */
export async function closeAll(): Promise<void> {
  for (const close of toClose.splice(0)) await close();
}

export function clientOptions(baseUrl: string, overrides: Partial<LlmClientOptions> = {}): LlmClientOptions {
  return {
    baseUrl,
    apiKey,
    model: "scripted",
    temperature: 0,
    timeouts: { connectMs: 1_000, attemptMs: 2_000, deadlineMs: 8_000 },
    maxAttempts: 3,
    backoff: { baseMs: 5, maxMs: 20 },
    limiter: createLimiter(4),
    ...overrides,
  };
}

export function createHarness(
  baseUrl: string,
  requests: readonly ScriptedRequest[],
  overrides?: Partial<LlmClientOptions>,
): Harness {
  const client = createLlmClient(clientOptions(baseUrl, overrides));
  toClose.unshift(() => client.close());
  return {
    client,
    url: baseUrl,
    requests,
    ask: (request) =>
      client.completeJson({
        system: "You judge.",
        user: "Was it so?",
        schema: verdictSchema,
        schemaName: "verdict",
        maxOutputTokens: 100,
        version: "1",
        signal: new AbortController().signal,
        ...request,
      }),
  };
}

/** The replies in order, the last one again and again; or a function of the request. */
export async function startHarness(
  replies: readonly ScriptedReply[] | ((request: ScriptedRequest) => ScriptedReply | Promise<ScriptedReply>),
  overrides?: Partial<LlmClientOptions>,
): Promise<Harness> {
  const model = await startScriptedModel(
    typeof replies === "function"
      ? replies
      : ({ number }) => replies[Math.min(number, replies.length) - 1] ?? { status: 500 },
  );
  toClose.unshift(() => model.close());
  return createHarness(model.url, model.requests, overrides);
}
