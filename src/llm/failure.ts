/** What a failed request means: try again, wait, change the request, or stop asking until someone acts. */
import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from "openai/error";
import { JudgeError } from "../model/errors.ts";
import { retryAfterMs } from "./retry-after.ts";

export interface Failure {
  /** Stable, for programs: `unauthorized`, `rate_limited`, `timeout`… */
  readonly code: string;
  /** For people; never contains the key or the prompt. */
  readonly message: string;
  /** `refused`: the endpoint does not take a request of this form (400, 422). */
  readonly kind: "retry" | "rate_limited" | "refused" | "permanent" | "pause";
  readonly retryAfterMs?: number;
  /** The request may have been answered, and billed, though we saw no answer. */
  readonly unknownOutcome: boolean;
  /** The parameter that a refusal names. */
  readonly parameter?: string;
}

/** A reply with status 200 that is not a chat completion. */
export class UnexpectedReplyError extends Error {
  override readonly name = "UnexpectedReplyError";
}

/** An abort counts as a timeout: whoever aborts for another reason knows it. Rethrows what is not a failed request. */
export function toFailure(error: unknown, apiKey: string): Failure {
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError)
    return failure("timeout", "The model did not answer in time", "retry", true);
  if (error instanceof APIConnectionError) return connectionFailure(error);
  if (error instanceof APIError) return statusFailure(error as StatusError, apiKey);
  if (error instanceof UnexpectedReplyError || error instanceof SyntaxError) {
    return failure("unexpected_reply", "The endpoint answered something other than a chat completion", "retry", true);
  }
  throw error;
}

export function toJudgeError({ code, message, kind, retryAfterMs }: Failure): JudgeError {
  return new JudgeError(code, message, {
    retryable: kind !== "refused" && kind !== "permanent",
    pausesJudge: kind === "pause",
    usesTry: kind !== "rate_limited",
    ...(retryAfterMs === undefined ? {} : { retryAfterSeconds: Math.ceil(retryAfterMs / 1000) }),
  });
}

function failure(code: string, message: string, kind: Failure["kind"], unknownOutcome = false): Failure {
  return { code, message, kind, unknownOutcome };
}

const dnsCodes = new Set(["ENOTFOUND", "ENODATA"]);
/** Before the request was on its way: it cannot have been billed. */
const unsentCodes = new Set(["ECONNREFUSED", "CONNECT_TIMEOUT", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function connectionFailure(error: APIConnectionError): Failure {
  const code = errorCode(error.cause);
  const says = code === undefined ? "" : ` (${code})`;
  if (code !== undefined && dnsCodes.has(code))
    return failure("dns_failure", `The endpoint's host name is unknown${says}`, "pause");
  if (code === "FORBIDDEN_ADDRESS")
    return failure("forbidden_address", "The endpoint's host name leads to a link-local address", "pause");
  if (code !== undefined && /CERT|^ERR_(?:TLS|SSL)|^EPROTO$/.test(code)) {
    return failure("tls_failure", `No trusted TLS connection to the endpoint${says}`, "pause");
  }
  if (code === "REPLY_TOO_LARGE")
    return failure("reply_too_large", "The endpoint's reply is too large", "permanent", true);
  return failure(
    "connection_failed",
    `The connection to the endpoint failed${says}`,
    "retry",
    !unsentCodes.has(code ?? ""),
  );
}

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return errorCode(error.cause);
}

/** The type parameters of APIError say what is known of a failure that has a status. */
type StatusError = APIError<number, Headers>;

function statusFailure(error: StatusError, apiKey: string): Failure {
  const { status } = error;
  const says = describe(error, apiKey);
  const wait = retryAfterMs((name) => error.headers.get(name) ?? undefined);
  const hint = wait === undefined ? {} : { retryAfterMs: wait };
  const of = (code: string, kind: Failure["kind"]): Failure => ({ ...failure(code, says, kind), ...hint });
  if (isQuotaSpent(error)) return of("insufficient_quota", "pause");
  if (status === 429) return of("rate_limited", "rate_limited");
  if ((status >= 500 && status !== 501) || status === 408 || status === 409 || status === 425)
    return of("provider_error", "retry");
  if (status >= 300 && status < 400) return of("redirected", "pause");
  if (status === 401) return of("unauthorized", "pause");
  if (status === 402) return of("payment_required", "pause");
  if (status === 403) return of("forbidden", "pause");
  if (status === 501 || isUnsupportedForm(error)) return of("bad_request", "refused");
  if (status === 404) return of("not_found", "pause");
  if (status === 413 || isContextTooLong(error)) return of("context_too_long", "permanent");
  if (error.code === "content_filter") return of("content_filter", "permanent");
  if (status === 400 || status === 422) {
    return { ...of("bad_request", "refused"), ...(error.param ? { parameter: error.param } : {}) };
  }
  return of("bad_request", "permanent");
}

function isQuotaSpent({ code, type }: StatusError): boolean {
  return [code, type].some((text) => text === "insufficient_quota" || text === "billing_hard_limit_reached");
}

/** OpenRouter's 404 where it knows the model, and no provider of it takes tools, or a schema. */
function isUnsupportedForm({ status, message }: StatusError): boolean {
  return status === 404 && /\bno endpoints found that (?:support|can handle)\b/i.test(message);
}

function isContextTooLong({ code, message }: StatusError): boolean {
  return code === "context_length_exceeded" || /maximum context length|context window/i.test(message);
}

const maxMessageChars = 200;

/** The provider's own words, on one line and cut; whatever looks like a key is taken out. */
function describe({ status, message }: StatusError, apiKey: string): string {
  const words = message
    .replace(/^\d{3} /, "")
    .split(/[\s\p{Cc}\p{Cf}]+/u)
    .map((word) => (looksLikeKey(word, apiKey) ? "[key]" : word));
  return `The endpoint answered ${status}: ${words.join(" ").slice(0, maxMessageChars)}`;
}

function looksLikeKey(word: string, apiKey: string): boolean {
  if (apiKey.length < 8 ? word === apiKey : word.includes(apiKey.slice(0, 8))) return true;
  return /\*{3,}|^\W*(?:sk|pk|gsk|xai|vh|key)[-_]\w/.test(word);
}
