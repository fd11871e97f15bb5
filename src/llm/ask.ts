import type OpenAI from "openai";
import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tokens } from "./budget.ts";
import { withDeadline, type Deadline } from "./deadline.ts";
import { toFailure, toJudgeError, type Failure } from "./failure.ts";
import type { Slot } from "./limiter.ts";
import type { CallScope } from "./call-scope.ts";
import type { LlmClientOptions } from "./llm-client.ts";
import { afterRefusal, toRequestBody, type Capabilities, type Question } from "./modes.ts";
import { readReply, type Reply } from "./reply.ts";
import { estimateTokens } from "./tokens.ts";
import { traceRequest, type TracedRequest } from "./trace-request.ts";

export interface AskedQuestion extends Omit<Question, "model" | "temperature"> {
  /** In place of the client's. */
  readonly model?: string | undefined;
  readonly temperature?: number | undefined;
  /** How to ask first. */
  readonly capabilities: Capabilities;
}

export interface Answer {
  readonly reply: Reply;
  /** How it was asked in the end. */
  readonly capabilities: Capabilities;
  readonly model: string;
}

interface AskContext {
  readonly deadline: Deadline;
  readonly slot: Slot;
  readonly scope?: CallScope | undefined;
  readonly onRequest?: ((request: TracedRequest) => void) | undefined;
}

export type Ask = (question: AskedQuestion, context: AskContext) => Promise<Answer>;

const defaultBackoff = { baseMs: 500, maxMs: 20_000 };

/**
 * One question to one endpoint and model until it is answered: steps down the ladder of modes when the endpoint refuses
 * the form of the request, tries again when it fails. Throws JudgeError.
 */
export function createAsk(openai: OpenAI, options: LlmClientOptions): Ask {
  return async ({ capabilities: first, ...asked }, context) => {
    const { model = options.model, temperature = options.temperature } = asked;
    const question = { ...asked, model, temperature };
    let capabilities: Capabilities | undefined = first;
    for (;;) {
      const body = toRequestBody(question, capabilities);
      const outcome = await send(openai, options, body, context);
      if ("reply" in outcome) return { reply: outcome.reply, capabilities, model: outcome.reply.model ?? model };
      capabilities = afterRefusal(outcome.refusal, capabilities);
      if (capabilities === undefined) throw toJudgeError(outcome.refusal);
    }
  };
}

/** Retries what may pass by itself: Retry-After before backoff with full jitter; a 429 does not use an attempt up. */
async function send(
  openai: OpenAI,
  options: LlmClientOptions,
  body: ChatCompletionCreateParamsNonStreaming,
  { deadline, slot, scope, onRequest }: AskContext,
): Promise<{ reply: Reply } | { refusal: Failure }> {
  const { baseMs, maxMs } = options.backoff ?? defaultBackoff;
  let attemptsLeft = options.maxAttempts;
  for (let failures = 0; ; failures++) {
    const begunAt = Date.now();
    const outcome = await traceRequest({ baseUrl: options.baseUrl, body }, onRequest, async () =>
      attempt(openai, options, body, { deadline, scope }),
    );
    if ("reply" in outcome) {
      slot.succeeded();
      return outcome;
    }
    const { failure } = outcome;
    if (failure.kind === "refused") return { refusal: failure };
    const waitMs = failure.retryAfterMs ?? Math.random() * Math.min(maxMs, baseMs * 2 ** failures);
    if (failure.kind === "rate_limited") slot.rateLimited(begunAt, waitMs);
    else if (failure.kind === "retry") attemptsLeft -= 1;
    else throw toJudgeError(failure);
    if (attemptsLeft === 0 || waitMs > deadline.remainingMs()) throw toJudgeError(failure);
    await sleep(waitMs, undefined, { signal: deadline.signal });
  }
}

/** One HTTP request, paid for from the budget. What may have been billed unseen is counted as spent in full. */
async function attempt(
  openai: OpenAI,
  options: LlmClientOptions,
  body: ChatCompletionCreateParamsNonStreaming,
  { deadline, scope }: Pick<AskContext, "deadline" | "scope">,
): Promise<{ reply: Reply } | { failure: Failure }> {
  const expected = expectedTokens(body);
  const reservation = await options.budget?.reserve(expected, scope);
  if (deadline.signal.aborted) await reservation?.settle(nothing);
  try {
    // A signal of its own for each attempt: the openai client never takes its listeners off again.
    const reply = await withDeadline(options.timeouts.attemptMs, deadline.signal, async ({ signal }) =>
      readReply(await openai.chat.completions.create(body, { signal })),
    );
    const written = estimateTokens(reply.text);
    await reservation?.settle(reply.usage ?? { inputTokens: expected.inputTokens, outputTokens: written });
    return { reply };
  } catch (error) {
    if (deadline.signal.aborted) {
      await reservation?.settle(expected);
      throw error;
    }
    const failure = toFailure(error, options.apiKey);
    await reservation?.settle(failure.unknownOutcome ? expected : nothing);
    return { failure };
  }
}

const nothing: Tokens = { inputTokens: 0, outputTokens: 0 };

function expectedTokens(body: ChatCompletionCreateParamsNonStreaming): Tokens {
  return {
    inputTokens: estimateTokens(JSON.stringify(body)),
    outputTokens: body.max_completion_tokens ?? body.max_tokens ?? 0,
  };
}
