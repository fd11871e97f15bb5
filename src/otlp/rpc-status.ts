/** `google.rpc.Status`, the body of every refusal (specification, "OTLP/HTTP Response"), in both encodings. */
import { beginWire, closeField, finishWire, openField, writeInt32, writeText } from "./wire-writer.ts";

/** How a body is written. */
export type Encoding = "protobuf" | "json";

/** The numbers of `google.rpc.Code` that a receiver uses. */
export const RPC_CODES = {
  invalidArgument: 3,
  notFound: 5,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

export interface RpcStatus {
  readonly code: number;
  /** For the developer of the sender, in English; without tokens and without content of the request. */
  readonly message: string;
}

const BAD_REQUEST = "type.googleapis.com/google.rpc.BadRequest";

/** An invalid argument carries a `google.rpc.BadRequest`, as the specification asks for undecodable data. */
export function encodeStatus(status: RpcStatus, encoding: Encoding): Uint8Array {
  return encoding === "json" ? Buffer.from(JSON.stringify(toJson(status))) : toProtobuf(status);
}

function toJson({ code, message }: RpcStatus): object {
  if (code !== RPC_CODES.invalidArgument) return { code, message };
  return { code, message, details: [{ "@type": BAD_REQUEST, fieldViolations: [{ description: message }] }] };
}

function toProtobuf({ code, message }: RpcStatus): Uint8Array {
  beginWire();
  writeInt32(1, code);
  writeText(2, message);
  if (code === RPC_CODES.invalidArgument) {
    const any = openField(3);
    writeText(1, BAD_REQUEST);
    const badRequest = openField(2);
    const violation = openField(1);
    writeText(2, message);
    closeField(violation);
    closeField(badRequest);
    closeField(any);
  }
  return finishWire();
}
