import type { ChatCompletionCreateParamsNonStreaming } from "openai/resources/chat/completions";
import { JudgeError } from "../model/errors.ts";
import type { Reply } from "./reply.ts";

/** One HTTP request to a model that is over. Times in milliseconds since 1970. */
export interface TracedRequest {
  /** Of the endpoint. */
  readonly baseUrl: string;
  readonly body: ChatCompletionCreateParamsNonStreaming;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: { readonly reply: Reply } | { readonly error: { readonly code: string; readonly message: string } };
}

type Outcome = { readonly reply: Reply } | { readonly failure: { readonly code: string; readonly message: string } };

/** Makes the request and tells of it, whatever becomes of it; not where a JudgeError (no budget) kept it from being made. */
export async function traceRequest<Made extends Outcome>(
  { baseUrl, body }: Pick<TracedRequest, "baseUrl" | "body">,
  onRequest: ((request: TracedRequest) => void) | undefined,
  make: () => Promise<Made>,
): Promise<Made> {
  const startedAt = Date.now();
  const tell = (outcome: TracedRequest["outcome"]): void =>
    onRequest?.({ baseUrl, body, startedAt, endedAt: Date.now(), outcome });
  try {
    const made = await make();
    tell("reply" in made ? { reply: made.reply } : { error: made.failure });
    return made;
  } catch (error) {
    if (!(error instanceof JudgeError)) tell({ error: { code: "aborted", message: "The request was given up" } });
    throw error;
  }
}
