/** HTTP as a sender writes it: whole requests, requests in pieces, and bytes on a socket. */
import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";

/** On this machine unless told otherwise. */
export interface Target {
  readonly host?: string;
  readonly port: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Sending {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array | string;
  /** Without a Content-Length, in pieces of this size. */
  readonly pieceSize?: number;
}

export const PROTOBUF = { "content-type": "application/x-protobuf" };
export const JSON_TYPE = { "content-type": "application/json" };

export async function send(
  { host = "127.0.0.1", port }: Target,
  { method = "POST", path = "/v1/traces", headers = PROTOBUF, body = "", pieceSize }: Sending = {},
): Promise<Answer> {
  const bytes = Buffer.from(body);
  const length = pieceSize === undefined && method !== "GET" ? { "content-length": bytes.length } : {};
  const request = httpRequest({ host, port, method, path, headers: { ...length, ...headers } });
  const answered = new Promise<Answer>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
  });
  if (pieceSize === undefined) request.end(bytes);
  else {
    for (let at = 0; at < bytes.length && !request.destroyed; at += pieceSize)
      if (!request.write(bytes.subarray(at, at + pieceSize))) await Promise.race([once(request, "drain"), answered]);
    request.end();
  }
  return answered;
}

/** Sends bytes as they are over a socket and returns everything that comes back until the connection ends or is quiet. */
export async function sendRaw(
  { host = "127.0.0.1", port }: Target,
  bytes: Uint8Array | string,
  quietMs = 300,
): Promise<string> {
  const socket = connect(port, host);
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
    socket.setTimeout(quietMs);
  });
  socket.on("error", () => undefined);
  socket.setTimeout(quietMs * 10);
  socket.on("timeout", () => socket.destroy());
  socket.write(bytes);
  await once(socket, "close");
  return received;
}
