/** What a caller is told when a request fails: `{"detail", "code"}`, of some errors more, and a status. Nothing of the inside gets out. */
import {
  codeOf,
  ForbiddenError,
  PermanentError,
  type RefusalCode,
  RefusedError,
  UnauthenticatedError,
  UnavailableError,
} from "../model/errors.ts";
import type { ErrorBody } from "./error-contract.ts";

/** Every code that this API answers with. Clients may switch on them; they do not change. */
export type ApiErrorCode =
  | "invalid_request"
  | "malformed_json"
  | "malformed_url"
  | "unauthenticated"
  | "forbidden"
  | "account_suspended"
  | "accounts_off"
  | "registration_off"
  | "email_taken"
  | "last_admin"
  | "rate_limited"
  | "not_found"
  | "method_not_allowed"
  | "wrong_host"
  | "wrong_origin"
  | "judge_off"
  | "backfill_waiting"
  | "body_too_large"
  | "too_slow"
  | "trace_too_large"
  | "session_too_large"
  | "too_many_tool_calls"
  | "trace_limit_reached"
  | "idempotency_conflict"
  | "session_closed"
  | "session_open"
  | "not_a_stream"
  | "evaluation_timeout"
  | "unsupported_media_type"
  | "recording_too_large"
  | "not_audio"
  | "empty_recording"
  | "speech_off"
  | "evaluation_off"
  | "quota_exceeded"
  | "run_active"
  | "dataset_invalid"
  | "dataset_too_large"
  | "dataset_in_use"
  | "unavailable"
  | "internal";

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: ApiErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  readonly fields: ErrorFields;
  constructor(
    status: number,
    code: ApiErrorCode,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    fields: ErrorFields = {},
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.fields = fields;
  }
}

/** What some errors say beside what is wrong. */
export type ErrorFields = Omit<ErrorBody, "detail" | "code">;

export const sessionNotFound = () => new ApiError(404, "not_found", "there is no session with this id");

export const runNotFound = () => new ApiError(404, "not_found", "there is no run with this id");

export const toErrorBody = (error: ApiError): ErrorBody => ({
  detail: error.message,
  code: error.code,
  ...error.fields,
});

/** What the caller is told: of what nobody foresaw nothing but that it is in the log. */
export const toPublicError = (error: unknown): ApiError =>
  toApiError(error) ?? new ApiError(500, "internal", "something went wrong here; the server's log says what");

/** None of them reads as an error of authentication. */
const refusalStatus: Readonly<Record<RefusalCode, number>> = {
  trace_limit_reached: 429,
  trace_too_large: 413,
  too_many_tool_calls: 422,
  idempotency_conflict: 422,
  session_closed: 409,
  not_a_stream: 409,
};

/** Undefined for what nobody foresaw. */
export function toApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof RefusedError) return new ApiError(refusalStatus[error.code], error.code, error.message);
  if (error instanceof PermanentError) return new ApiError(400, "invalid_request", error.message);
  if (error instanceof UnavailableError) {
    const detail = "the server is busy or out of space; try again";
    return new ApiError(503, "unavailable", detail, { "retry-after": String(error.retryAfterSeconds) });
  }
  if (error instanceof UnauthenticatedError)
    return new ApiError(401, "unauthenticated", error.message, { "www-authenticate": error.challenge });
  if (error instanceof ForbiddenError) return new ApiError(403, error.code, error.message);
  if (error instanceof URIError) return new ApiError(400, "malformed_url", "the path is not correctly percent-encoded");
  return fromBodyParser(error);
}

/** Express's body parser names what is wrong in `type`; its messages quote the body, so they are replaced. */
function fromBodyParser(error: unknown): ApiError | undefined {
  if (isNotAsEncoded(error))
    return new ApiError(400, "invalid_request", "the body is not what its content-encoding says");
  switch (error instanceof Error && "type" in error ? error.type : undefined) {
    case "entity.parse.failed":
      return new ApiError(400, "malformed_json", "the body is not a JSON object");
    case "entity.too.large":
      return new ApiError(413, "body_too_large", `the body is larger than ${limitOf(error)}; send a part of it`);
    case "encoding.unsupported":
    case "charset.unsupported":
      return new ApiError(415, "unsupported_media_type", "send the body as UTF-8 JSON, plain or gzip");
    case "request.size.invalid":
    case "request.aborted":
      return new ApiError(400, "invalid_request", "the body ended early");
    default:
      return undefined;
  }
}

/** It passes on what zlib throws, marked as the caller's fault. */
const isNotAsEncoded = (error: unknown): boolean =>
  codeOf(error)?.startsWith("Z_") === true && error instanceof Error && "expose" in error && error.expose === true;

function limitOf(error: unknown): string {
  const limit = error instanceof Error && "limit" in error ? Number(error.limit) : Number.NaN;
  return Number.isNaN(limit) ? "this request may have" : `${limit / 1024 / 1024} MiB`;
}
