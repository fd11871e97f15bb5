/** From the bytes that were sent to records: decompressed, then decoded. */
import { PermanentError } from "../../model/errors.ts";
import type { Signal } from "../../model/signal-batch.ts";
import { MalformedError } from "../../otlp/malformed-error.ts";
import { type Encoding, RPC_CODES } from "../../otlp/rpc-status.ts";
import { decodeRequest, type DecodedRequest } from "./decode-request.ts";
import { type Coding, decompress } from "./decompress.ts";
import { malformed, RequestRefusal } from "./request-refusal.ts";

export interface SentBody {
  readonly transport: "http" | "grpc";
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly coding: Coding;
  /** As it came. Given away: nobody else may use it, or what shares its memory, any more. */
  readonly body: Uint8Array;
  /** So many bytes may come out of it. */
  readonly limit: number;
}

/** Throws a RequestRefusal for what the sender did wrong, a PermanentError for what nobody foresaw. */
export function decodeBody(sent: SentBody): DecodedRequest {
  const bytes = decompressed(sent);
  try {
    return decodeRequest(sent.signal, sent.encoding, bytes);
  } catch (error) {
    if (error instanceof MalformedError) throw malformed(error.message, error);
    throw new PermanentError("The request could not be decoded.", { cause: error });
  }
}

/** In gRPC it is the transport's trouble, not the data's: INTERNAL, as in gRPC's own libraries. */
function decompressed({ transport, coding, body, limit }: SentBody): Uint8Array {
  try {
    return decompress(coding, body, limit);
  } catch (error) {
    if (transport === "http" || !(error instanceof RequestRefusal) || error.reason === "too_large") throw error;
    const message = "The message is not what its grpc-encoding says.";
    throw new RequestRefusal(400, RPC_CODES.internal, "malformed", message, { cause: error });
  }
}
