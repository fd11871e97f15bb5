/** The one way to a language model: any OpenAI-compatible endpoint, asked for JSON that must fit a schema. */
import type { ZodType } from "zod";
import type { TokenUsage } from "../model/session.ts";
import type { Budget, TokenPrice } from "./budget.ts";
import type { CompletionCache } from "./cache.ts";
import type { CallScope } from "./call-scope.ts";
import type { JsonSchema } from "./json-schema.ts";
import type { Limiter } from "./limiter.ts";
import type { ModeMemory } from "./mode-memory.ts";
import type { CompletionMode } from "./modes.ts";
import type { TracedRequest } from "./trace-request.ts";

export interface LlmClientOptions {
  /** http or https, as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  readonly temperature: number;
  /** To connect; for one request; for a whole completion with its retries, from the moment the limiter lets it in. */
  readonly timeouts: { readonly connectMs: number; readonly attemptMs: number; readonly deadlineMs: number };
  /** Requests that may fail before the completion does; a 429 does not count. */
  readonly maxAttempts: number;
  /** Waits grow from about `baseMs` to `maxMs`, unless the endpoint says how long. */
  readonly backoff?: { readonly baseMs: number; readonly maxMs: number };
  readonly price?: TokenPrice;
  readonly limiter: Limiter;
  /** Absent: what this client finds out is its own. */
  readonly modes?: ModeMemory;
  readonly budget?: Budget;
  readonly cache?: CompletionCache;
}

export interface JsonRequest<Value> {
  readonly system: string;
  readonly user: string;
  /** The endpoint is told its shape; the answer must pass its refinements too. No transforms. */
  readonly schema: ZodType<Value>;
  readonly schemaName: string;
  readonly maxOutputTokens: number;
  /** Of the asker (prompts, rubric): part of the cache's key. */
  readonly version: string;
  /** Which of several answers to the same question this is to be: part of the cache's key, too. Absent: the only one. */
  readonly trial?: number;
  /** A random mark in the texts that differs between processes: no part of the cache's key. */
  readonly nonce?: string;
  /** Absent where nothing is stored. */
  readonly scope?: CallScope;
  /** Told of each HTTP request that is made for it, when that is over. Absent: nobody wants to know. */
  readonly onRequest?: (request: TracedRequest) => void;
  readonly signal: AbortSignal;
}

export interface JsonCompletion<Value> {
  readonly value: Value;
  /** Of all requests that led here; absent when the endpoint does not count. Zero when the answer was cached. */
  readonly usage?: TokenUsage;
  /** Absent when the price or the usage is not known. */
  readonly costUsd?: number;
  /** The model that answered, in the endpoint's words. */
  readonly model: string;
  readonly mode: CompletionMode | "cached";
  /** The answer's text. */
  readonly raw: string;
}

export interface TextRequest {
  /** Absent: there is no system message. */
  readonly system?: string | undefined;
  readonly user: string;
  /** In place of the client's. What a budget in dollars counts is the client's own model. */
  readonly model?: string | undefined;
  readonly temperature?: number | undefined;
  /** The text is to be JSON of this shape: the endpoint is told so, and whether it is shows who reads it. */
  readonly schema?: JsonSchema | undefined;
  readonly maxOutputTokens: number;
  readonly scope?: CallScope | undefined;
  readonly onRequest?: ((request: TracedRequest) => void) | undefined;
  readonly signal: AbortSignal;
}

export interface TextCompletion {
  readonly text: string;
  readonly usage?: TokenUsage;
  /** Absent when the price or the usage is not known. */
  readonly costUsd?: number;
  readonly model: string;
}

export interface LlmClient {
  /**
   * Asks until an answer fits the schema, within the bounds of the options. Throws JudgeError otherwise, never a value
   * that was not answered; rejects with the signal's reason when that aborts.
   */
  completeJson<Value>(request: JsonRequest<Value>): Promise<JsonCompletion<Value>>;
  /**
   * Asks once for text, within the bounds of the options, and tries again only what failed; nothing is cached. Throws JudgeError
   * when there is no answer, the model refuses or its answer was cut off; rejects with the signal's reason when that aborts.
   */
  completeText(request: TextRequest): Promise<TextCompletion>;
  /** Closes idle connections. */
  close(): void;
}
