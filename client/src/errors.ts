/** What can go wrong, as classes: by the status that the server answered with, or before there was an answer. */
import type { ErrorBody, Mistake } from "./types.ts";

export interface ErrorDetails extends ErrorOptions {
  /** The server's code, such as `not_found`, or the client's own: `connection_failed`, `timed_out`, `answer_unexpected`. */
  readonly code: string;
  /** Absent when there was no answer. */
  readonly status?: number;
  /** What was asked for, below /api/v1 or /v2. */
  readonly path?: string;
  /** What the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** What the server answered. */
  readonly body?: ErrorBody;
}

export class TurnwiseError extends Error {
  override readonly name: string = "TurnwiseError";
  readonly code: string;
  readonly status: number | undefined;
  readonly path: string | undefined;
  readonly retryAfterMs: number | undefined;
  constructor(message: string, { code, status, path, retryAfterMs, cause }: ErrorDetails) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.status = status;
    this.path = path;
    this.retryAfterMs = retryAfterMs;
  }
}

/** 401 and 403: no key, a wrong one, or one that may not do this. */
export class AuthenticationError extends TurnwiseError {
  override readonly name = "AuthenticationError";
}

/** 404: there is no such session, or it is another project's. */
export class NotFoundError extends TurnwiseError {
  override readonly name = "NotFoundError";
}

/** 409: not in the state that it is in. */
export class ConflictError extends TurnwiseError {
  override readonly name = "ConflictError";
}

/** 429: too many requests, or the account holds as many traces as it may. */
export class RateLimitError extends TurnwiseError {
  override readonly name: string = "RateLimitError";
}

/** 429: what the project may have evaluated in a month is used up. */
export class QuotaExceededError extends RateLimitError {
  override readonly name = "QuotaExceededError";
  /** What is counted: `evaluations` or `tokens`. */
  readonly service: string | undefined;
  readonly currentUsage: number | undefined;
  readonly quotaLimit: number | undefined;
  constructor(message: string, details: ErrorDetails) {
    super(message, details);
    this.service = details.body?.service;
    this.currentUsage = details.body?.current_usage;
    this.quotaLimit = details.body?.quota_limit;
  }
}

/** Any other 4xx: sending the same again cannot help. */
export class InvalidRequestError extends TurnwiseError {
  override readonly name = "InvalidRequestError";
  /** Of a dataset: the lines and keys with a mistake, the first ones of many. */
  readonly errors: readonly Mistake[];
  constructor(message: string, details: ErrorDetails) {
    super(message, details);
    this.errors = details.body?.errors ?? [];
  }
}

/** 5xx: the server cannot now. */
export class ServerError extends TurnwiseError {
  override readonly name = "ServerError";
}

/** There was no answer: nobody listens, the connection broke, or the time was up. */
export class ConnectionError extends TurnwiseError {
  override readonly name = "ConnectionError";
}

/** A run failed, or was cancelled: it has no result. */
export class EvaluationFailedError extends TurnwiseError {
  override readonly name = "EvaluationFailedError";
}

/** `wait` waited as long as it was told to. */
export class EvaluationTimeoutError extends TurnwiseError {
  override readonly name = "EvaluationTimeoutError";
}

const classes = new Map<number, typeof TurnwiseError>([
  [401, AuthenticationError],
  [403, AuthenticationError],
  [404, NotFoundError],
  [409, ConflictError],
  [429, RateLimitError],
]);

/** Where the code says more than the status. */
const codes = new Map<string, typeof TurnwiseError>([["quota_exceeded", QuotaExceededError]]);

/** Who was asked, for what. */
export interface Asked {
  /** Of the server. */
  readonly url: string;
  readonly path: string;
}

/** The error of an answer. `body` is what it said, parsed if it was JSON. */
export function toError({ status, headers }: Response, body: unknown, { url, path }: Asked): TurnwiseError {
  const { detail, code } = isErrorBody(body)
    ? body
    : { detail: `${url} answered with status ${status}`, code: "answer_unexpected" };
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const ErrorClass = codes.get(code) ?? classes.get(status) ?? (status < 500 ? InvalidRequestError : ServerError);
  return new ErrorClass(detail, {
    code,
    status,
    path,
    ...(isErrorBody(body) ? { body } : {}),
    ...(Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: seconds * 1000 } : {}),
  });
}

function isErrorBody(body: unknown): body is ErrorBody {
  return (
    typeof body === "object" &&
    body !== null &&
    "detail" in body &&
    typeof body.detail === "string" &&
    "code" in body &&
    typeof body.code === "string"
  );
}
