/** One request that carries a recording, and what its failure means. */
import { ReadableStream } from "node:stream/web";
import { APIConnectionError, APIError, APIUserAbortError } from "openai/error";
import type { BoundedFetch } from "../../llm/bounded-fetch.ts";
import { withDeadline } from "../../llm/deadline.ts";
import { type Failure, toFailure, UnexpectedReplyError } from "../../llm/failure.ts";
import { PermanentError } from "../../model/errors.ts";
import { toMultipartForm } from "./multipart-form.ts";
import type { RecordingToTranscribe, SpeechOptions } from "./speech-provider.ts";

export interface RecordingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly recording: RecordingToTranscribe;
  readonly signal: AbortSignal;
}

/** Of a transcription with a time for each word; so long that it is of many hours. */
export const maxTranscriptionBytes = 128 * 1024 * 1024;

/** The reply's JSON, or why there is none. Rejects with the signal's reason when that aborts, with PermanentError for a damaged recording. */
export async function postRecording(
  request: RecordingRequest,
  { fetch }: BoundedFetch,
  { apiKey, timeouts }: SpeechOptions,
): Promise<{ readonly json: unknown } | { readonly failure: Failure }> {
  try {
    const json = await withDeadline(timeouts.totalMs, request.signal, async ({ signal }) =>
      send(request, fetch, signal),
    );
    return { json };
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    const damage = damageIn(error);
    if (damage !== undefined) throw damage;
    return { failure: toFailure(toApiError(error), apiKey) };
  }
}

async function send(request: RecordingRequest, fetch: BoundedFetch["fetch"], signal: AbortSignal): Promise<unknown> {
  const { contentType, contentLength, parts } = toMultipartForm(request.fields, request.recording);
  const init: RequestInit = {
    method: "POST",
    headers: {
      ...request.headers,
      "content-type": contentType,
      "content-length": String(contentLength),
      accept: "application/json",
    },
    body: ReadableStream.from(parts()),
    signal,
  };
  const response = await fetch(request.url, init);
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw toStatusError(response, text);
}

function toStatusError({ status, headers }: Response, text: string): Error {
  const error = readError(text);
  return APIError.generate(status, { error }, error.message, headers);
}

/** The provider's words: OpenAI's `error`, ElevenLabs' `detail`. */
function readError(text: string): { message: string; code?: string; param?: string } {
  const body = parse(text);
  const inner = memberOf(body, "error") ?? memberOf(body, "detail") ?? body;
  const first: unknown = Array.isArray(inner) ? inner[0] : inner;
  const message = textOf(first) ?? textOf(memberOf(first, "message")) ?? textOf(memberOf(first, "msg")) ?? "";
  const code = textOf(memberOf(first, "code")) ?? textOf(memberOf(first, "status"));
  const param = textOf(memberOf(first, "param"));
  const isSpent = code === "quota_exceeded";
  return { message, ...(code && { code: isSpent ? "insufficient_quota" : code }), ...(param && { param }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** A network's error as the openai client would throw it. */
function toApiError(error: unknown): unknown {
  if (error instanceof APIError || error instanceof UnexpectedReplyError || error instanceof SyntaxError) return error;
  if (error instanceof Error && error.name === "AbortError") return new APIUserAbortError();
  return error instanceof Error ? new APIConnectionError({ cause: error }) : error;
}

function damageIn(error: unknown): PermanentError | undefined {
  if (error instanceof PermanentError) return error;
  return error instanceof Error && error.cause !== undefined ? damageIn(error.cause) : undefined;
}
