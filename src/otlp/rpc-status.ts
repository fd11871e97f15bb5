/** `google.rpc.Status`, the body of every refusal (specification, "OTLP/HTTP Response"), in both encodings. */
import { beginWire, closeField, finishWire, openField, writeInt32, writeInt64, writeText } from "./wire-writer.ts";

/** How a body is written. */
export type Encoding = "protobuf" | "json";

/** The numbers of `google.rpc.Code` that a receiver uses. */
export const RPC_CODES = {
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export interface RpcStatus {
  readonly code: number;
  /** For the developer of the sender, in English; without tokens and without content of the request. */
  readonly message: string;
  /** When the sender may come again. */
  readonly retryAfterSeconds?: number | undefined;
}

const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";
const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";

/**
 * An invalid argument carries a `google.rpc.BadRequest`, as the specification asks for undecodable data, and what may be
 * sent again a `google.rpc.RetryInfo` ("OTLP/gRPC Throttling").
 */
export function encodeStatus(status: RpcStatus, encoding: Encoding): Uint8Array {
  return encoding === "json" ? Buffer.from(JSON.stringify(toJson(status))) : toProtobuf(status);
}

function toJson({ code, message, retryAfterSeconds }: RpcStatus): object {
  const details = [
    ...(code === RPC_CODES.invalidArgument
      ? [{ "@type": BAD_REQUEST, fieldViolations: [{ description: message }] }]
      : []),
    ...(retryAfterSeconds === undefined ? [] : [{ "@type": RETRY_INFO, retryDelay: `${retryAfterSeconds}s` }]),
  ];
  return details.length === 0 ? { code, message } : { code, message, details };
}

function toProtobuf({ code, message, retryAfterSeconds }: RpcStatus): Uint8Array {
  beginWire();
  writeInt32(1, code);
  writeText(2, message);
  if (code === RPC_CODES.invalidArgument) writeDetail(BAD_REQUEST, () => writeBadRequest(message));
  if (retryAfterSeconds !== undefined) writeDetail(RETRY_INFO, () => writeRetryInfo(retryAfterSeconds));
  return finishWire();
}

/** A `google.protobuf.Any`. */
function writeDetail(type: string, writeValue: () => void): void {
  const any = openField(3);
  writeText(1, type);
  const value = openField(2);
  writeValue();
  closeField(value);
  closeField(any);
}

function writeBadRequest(description: string): void {
  const violation = openField(1);
  writeText(2, description);
  closeField(violation);
}

function writeRetryInfo(seconds: number): void {
  const delay = openField(1);
  writeInt64(1, BigInt(seconds));
  closeField(delay);
}
