import type OpenAI from "openai";
import { JudgeError } from "../model/errors.ts";
import type { TokenUsage } from "../model/session.ts";
import { type Answer, type AskedQuestion, createAsk } from "./ask.ts";
import { parseBaseUrl } from "./base-url.ts";
import { type BoundedFetch, createBoundedFetch } from "./bounded-fetch.ts";
import { costOf } from "./budget.ts";
import { cacheKey } from "./cache.ts";
import { converse, parseAnswer } from "./converse.ts";
import { converseText } from "./converse-text.ts";
import { withDeadline } from "./deadline.ts";
import { toJsonSchema } from "./json-schema.ts";
import type { LlmClient, LlmClientOptions, TextRequest } from "./llm-client.ts";
import { createModeMemory } from "./mode-memory.ts";
import { noUsage } from "./reply.ts";

/** The client of one endpoint and model. Throws an Error when the base URL is not acceptable. */
export function createLlmClient(options: LlmClientOptions): LlmClient {
  const { fetch, close } = createBoundedFetch(options.timeouts.connectMs);
  const connect = createConnect(options, fetch);
  const modes = options.modes ?? createModeMemory();

  /** What was made of the answers to one request, with what they cost. */
  const complete = async <Value extends Answered>(
    request: Pick<TextRequest, "signal" | "scope" | "onRequest">,
    talk: (ask: (question: AskedQuestion) => Promise<Answer>) => Promise<Value>,
  ) => {
    const slot = await options.limiter.acquire(request.signal, options.timeouts.deadlineMs);
    try {
      return await withDeadline(options.timeouts.deadlineMs, request.signal, async (deadline) => {
        try {
          const ask = createAsk(await connect(), options);
          const { usage, ...answer } = await talk((question) =>
            ask(question, { deadline, slot, scope: request.scope, onRequest: request.onRequest }),
          );
          const costUsd = usage && costOf(usage, options.price);
          return { ...answer, ...(usage && { usage }), ...(costUsd === undefined ? {} : { costUsd }) };
        } catch (error) {
          if (request.signal.aborted) throw request.signal.reason;
          throw deadline.expired() ? deadlineExceeded(options.timeouts.deadlineMs) : error;
        }
      });
    } finally {
      slot.release();
    }
  };

  return {
    async completeJson(request) {
      const { version, trial, system, user, schema, maxOutputTokens } = request;
      const { model, temperature, cache } = options;
      const params = { temperature, maxOutputTokens, trial, schema: toJsonSchema(schema) };
      const key = cacheKey({ version, model, params, prompt: [system, user], nonce: request.nonce });
      const cached = await cache?.get(key, request.scope);
      if (cached !== undefined) {
        const parsed = parseAnswer(cached.json, schema);
        if ("value" in parsed)
          return {
            value: parsed.value,
            usage: noUsage,
            costUsd: 0,
            model: cached.model,
            mode: "cached",
            raw: cached.json,
          };
      }
      const completion = await complete(request, (ask) => converse(request, ask, modes));
      await cache?.set(key, { json: completion.raw, model: completion.model }, request.scope);
      return completion;
    },
    async completeText(request) {
      return complete(request, (ask) => converseText(request, ask, modes));
    },
    close,
  };
}

interface Answered {
  readonly usage: TokenUsage | undefined;
}

/** The library is large, and many servers never ask a model: it is loaded for the first question. */
function createConnect({ apiKey, baseUrl, timeouts }: LlmClientOptions, fetch: BoundedFetch["fetch"]) {
  const baseURL = parseBaseUrl(baseUrl);
  let openai: Promise<OpenAI> | undefined;
  const create = async (): Promise<OpenAI> => {
    const { OpenAI } = await import("openai");
    return new OpenAI({
      apiKey,
      baseURL,
      timeout: timeouts.attemptMs,
      maxRetries: 0,
      fetch,
      // What the environment says about OpenAI accounts is not meant for this endpoint, and the log would show prompts.
      organization: null,
      project: null,
      adminAPIKey: null,
      logLevel: "off",
    });
  };
  return async (): Promise<OpenAI> => (openai ??= create());
}

function deadlineExceeded(ms: number): JudgeError {
  return new JudgeError("deadline_exceeded", `No usable answer within ${Math.round(ms / 1000)} s`, { retryable: true });
}
