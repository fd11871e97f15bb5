import { PermanentError, UnavailableError } from "../../model/errors.ts";
import { RPC_CODES } from "../../otlp/rpc-status.ts";

/** Why a request was refused, for the counters. */
export type RefusalReason =
  | "not_found"
  | "method"
  | "content_type"
  | "content_encoding"
  | "too_large"
  | "malformed"
  | "unavailable"
  | "failed";

/** A request that is answered with something else than 200. `message` goes to the sender. */
export class RequestRefusal extends Error {
  override readonly name = "RequestRefusal";
  readonly httpStatus: number;
  readonly rpcCode: number;
  readonly reason: RefusalReason;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    httpStatus: number,
    rpcCode: number,
    reason: RefusalReason,
    message: string,
    options: ErrorOptions & { headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options);
    this.httpStatus = httpStatus;
    this.rpcCode = rpcCode;
    this.reason = reason;
    this.headers = options.headers ?? {};
  }
}

export function tooLarge(limit: number): RequestRefusal {
  const message = `The body is larger than ${limit} bytes.`;
  return new RequestRefusal(413, RPC_CODES.resourceExhausted, "too_large", message);
}

export function malformed(message: string, cause?: unknown): RequestRefusal {
  return new RequestRefusal(400, RPC_CODES.invalidArgument, "malformed", message, { cause });
}

/** A PermanentError must not be sent again; everything else that a pipeline throws may be. */
export function toRefusal(error: unknown): RequestRefusal {
  if (error instanceof RequestRefusal) return error;
  if (error instanceof PermanentError)
    return new RequestRefusal(500, RPC_CODES.internal, "failed", error.message, { cause: error });
  const message = error instanceof UnavailableError ? error.message : "The data cannot be taken now.";
  return new RequestRefusal(503, RPC_CODES.unavailable, "unavailable", message, {
    cause: error,
    headers: { "retry-after": String(retryAfterSeconds(error)) },
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
