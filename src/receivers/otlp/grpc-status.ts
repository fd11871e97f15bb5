/** How a call ends: its answer and the trailers. Source: gRPC "PROTOCOL-HTTP2", section "Responses". */
import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { encodeStatus } from "../../otlp/rpc-status.ts";
import { frameMessage } from "./grpc-message.ts";
import type { RequestRefusal } from "./request-refusal.ts";

const CONTENT_TYPE = "application/grpc";

export function replyAnswer(stream: ServerHttp2Stream, answer: Uint8Array): void {
  if (isOver(stream)) return;
  stream.respond({ "content-type": CONTENT_TYPE }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.end(frameMessage(answer));
}

/**
 * The status with its details, without an answer; what is not gRPC at all gets a status of HTTP. Then the sender is told
 * to send no more of its message: NO_ERROR, as RFC 9113 8.1 has it for an answer that did not need all of the request.
 */
export function replyRefusal(stream: ServerHttp2Stream, refusal: RequestRefusal): void {
  if (isOver(stream)) return;
  const isHttp = refusal.reason === "content_type" || refusal.reason === "method";
  const head = isHttp ? { ":status": refusal.httpStatus, ...refusal.headers } : trailersOf(refusal);
  stream.respond(head, { endStream: true });
  stream.close(constants.NGHTTP2_NO_ERROR);
}

function trailersOf({ rpcCode, message, headers, retryAfterSeconds }: RequestRefusal): OutgoingHttpHeaders {
  const status = { code: rpcCode, message, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  const acceptEncoding = headers["accept-encoding"];
  return {
    "content-type": CONTENT_TYPE,
    "grpc-status": String(rpcCode),
    "grpc-message": toMessageHeader(message),
    "grpc-status-details-bin": Buffer.from(encodeStatus(status, "protobuf")).toString("base64").replace(/=+$/, ""),
    ...(acceptEncoding === undefined ? {} : { "grpc-accept-encoding": acceptEncoding.replaceAll(" ", "") }),
  };
}

/** Percent-encoded wherever it is not printable ASCII. */
function toMessageHeader(message: string): string {
  const bytes = Buffer.from(message).toString("latin1");
  return bytes.replaceAll(/[^\x20-\x24\x26-\x7e]/g, (byte) => `%${Buffer.from(byte, "latin1").toString("hex")}`);
}

/** The sender has gone, or has had its answer. */
function isOver(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed || stream.headersSent;
}
