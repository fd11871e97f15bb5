/** Writes the answers, in the encoding of the request. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Encoding, encodeStatus } from "../../otlp/rpc-status.ts";
import { waitsForContinue } from "./read-body.ts";
import type { RequestRefusal } from "./request-refusal.ts";

const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

/** How long a sender may go on sending a body that was refused, so that it reads the answer before the connection ends. */
const LINGER_MS = 1000;

/** The encoding that a Content-Type names, its parameters aside; undefined for any other type. */
export function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === MEDIA_TYPES.protobuf) return "protobuf";
  return mediaType === MEDIA_TYPES.json ? "json" : undefined;
}

export function replySuccess(response: ServerResponse, encoding: Encoding, body: Uint8Array): void {
  response.writeHead(200, headersOf(encoding, body));
  // Without a body the head leaves in one plain write, which is the common case.
  if (body.length === 0) response.end();
  else response.end(body);
}

/**
 * Answers with a `google.rpc.Status`. The connection is closed where the rest of the body is not worth waiting for, or may
 * never come: after 413 and 408, and when the sender waits for "100 Continue".
 */
export function replyRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  encoding: Encoding,
  refusal: RequestRefusal,
): void {
  const body = encodeStatus({ code: refusal.rpcCode, message: refusal.message }, encoding);
  const headers = { ...headersOf(encoding, body), ...refusal.headers };
  if (waitsForContinue(request)) response.writeHead(refusal.httpStatus, { ...headers, connection: "close" }).end(body);
  else if ((refusal.reason !== "too_large" && refusal.reason !== "timeout") || request.readableEnded)
    response.writeHead(refusal.httpStatus, headers).end(body);
  else {
    response.writeHead(refusal.httpStatus, { ...headers, connection: "close" }).write(body);
    lingerAndClose(request, response);
  }
}

/**
 * Throws away what is still coming for a moment and then closes: a connection that is closed with unread bytes is reset,
 * and the sender may lose the answer with it.
 */
function lingerAndClose(request: IncomingMessage, response: ServerResponse): void {
  const close = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(close, LINGER_MS);
  request.on("end", close).on("close", close).resume();
}

function headersOf(encoding: Encoding, body: Uint8Array): Record<string, string | number> {
  return { "content-type": MEDIA_TYPES[encoding], "content-length": body.length };
}
