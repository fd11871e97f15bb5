import type { CallScope } from "../llm/call-scope.ts";
import type { LlmClient } from "../llm/llm-client.ts";
import { JudgeError } from "../model/errors.ts";
import type { ModelClient, ModelReply } from "./model-client.ts";

export interface ModelClientOptions {
  /** Of answers to requests that do not say. */
  readonly maxOutputTokens: number;
  /** Whose session is asked about, where there is one. */
  readonly scope?: CallScope;
  /** Ends what is under way: it rejects then, with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Any OpenAI-compatible model, asked within the limits of its client, for validators and metrics. */
export function toModelClient(llm: LlmClient, { maxOutputTokens, ...options }: ModelClientOptions): ModelClient {
  return {
    async ask({ prompt, maxTokens = maxOutputTokens, ...request }) {
      try {
        const { text } = await llm.completeText({ ...options, ...request, user: prompt, maxOutputTokens: maxTokens });
        return { status: 200, text };
      } catch (error) {
        if (!(error instanceof JudgeError)) throw error;
        return toFailedReply(error);
      }
    },
  };
}

/** HTTP's words for what is not just a failure. */
const statuses: ReadonlyMap<string, number> = new Map([
  ["bad_request", 400],
  ["context_too_long", 413],
  ["unauthorized", 401],
  ["payment_required", 402],
  ["insufficient_quota", 402],
  ["forbidden", 403],
  ["not_found", 404],
  ["rate_limited", 429],
  ["deadline_exceeded", 504],
]);

const toFailedReply = ({ code, message }: JudgeError): ModelReply => ({
  status: statuses.get(code) ?? 500,
  error: `${code}: ${message}`,
});
