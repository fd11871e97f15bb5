import { ForbiddenError, PermanentError, UnauthenticatedError, UnavailableError } from "../../model/errors.ts";
import { RPC_CODES } from "../../otlp/rpc-status.ts";

/** Why a request was refused, for the counters. */
export type RefusalReason =
  | "not_found"
  | "method"
  | "content_type"
  | "content_encoding"
  | "unauthenticated"
  | "forbidden"
  | "too_large"
  | "malformed"
  | "timeout"
  | "unavailable"
  | "failed";

export interface RefusalOptions extends ErrorOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** When the sender is to try again; without it, not at all. */
  readonly retryAfterSeconds?: number | undefined;
}

/** In characters. Some of them go into gRPC's trailers, three times, for which senders have 16 KiB. */
const LONGEST_MESSAGE = 1024;

/** A request that is answered with something else than 200. `message` goes to the sender. */
export class RequestRefusal extends Error {
  override readonly name = "RequestRefusal";
  readonly httpStatus: number;
  readonly rpcCode: number;
  readonly reason: RefusalReason;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfterSeconds: number | undefined;
  constructor(
    httpStatus: number,
    rpcCode: number,
    reason: RefusalReason,
    message: string,
    options: RefusalOptions = {},
  ) {
    super(message.slice(0, LONGEST_MESSAGE), options);
    const { headers = {}, retryAfterSeconds } = options;
    this.httpStatus = httpStatus;
    this.rpcCode = rpcCode;
    this.reason = reason;
    this.headers = retryAfterSeconds === undefined ? headers : { ...headers, "retry-after": String(retryAfterSeconds) };
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Not to be sent again as it is, which is why the message names the setting of SDKs that makes batches smaller. */
export function tooLarge(limit: number): RequestRefusal {
  const message = `The body is larger than ${limit} bytes: lower the sender's max_export_batch_size, or raise this receiver's limit.`;
  return new RequestRefusal(413, RPC_CODES.resourceExhausted, "too_large", message);
}

/** Not to be sent again as slowly; the connection ends with it, for the rest of the body is not waited for (RFC 9110 15.5.9). */
export function tooSlow(): RequestRefusal {
  const message = "The body came too slowly: send less at a time, or over a better connection.";
  return new RequestRefusal(408, RPC_CODES.deadlineExceeded, "timeout", message);
}

export function malformed(message: string, cause?: unknown): RequestRefusal {
  return new RequestRefusal(400, RPC_CODES.invalidArgument, "malformed", message, { cause });
}

/** A PermanentError must not be sent again; everything else that a pipeline throws may be. */
export function toRefusal(error: unknown): RequestRefusal {
  if (error instanceof RequestRefusal) return error;
  if (error instanceof UnauthenticatedError)
    return new RequestRefusal(401, RPC_CODES.unauthenticated, "unauthenticated", error.message, {
      cause: error,
      headers: { "www-authenticate": error.challenge },
    });
  if (error instanceof ForbiddenError)
    return new RequestRefusal(403, RPC_CODES.permissionDenied, "forbidden", error.message, { cause: error });
  if (error instanceof PermanentError)
    return new RequestRefusal(500, RPC_CODES.internal, "failed", error.message, { cause: error });
  const message = error instanceof UnavailableError ? error.message : "The data cannot be taken now.";
  return new RequestRefusal(503, RPC_CODES.unavailable, "unavailable", message, {
    cause: error,
    retryAfterSeconds: retryAfterSeconds(error),
  });
}

/**
 * One or two seconds: SDKs give up when it is much longer, and come back at once when it is 0. Drawn, so that senders
 * that were refused together do not return together.
 */
function retryAfterSeconds(error: unknown): number {
  const asked = error instanceof UnavailableError ? error.retryAfterSeconds : 1;
  return asked > 1 || Math.random() < 0.5 ? 2 : 1;
}

const EXPECTED = [RequestRefusal, UnavailableError, UnauthenticatedError, ForbiddenError];

/** The sender's doing, or a state that passes; neither is worth a line in the log. */
export function isExpected(error: unknown): boolean {
  return EXPECTED.some((kind) => error instanceof kind);
}
