/** gRPC as bytes on HTTP/2 streams: what a client library would not send, and what it would not show. */
import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type SecureClientSessionOptions,
} from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";

export const TRACES_PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

export interface RawCall {
  readonly path?: string;
  /** Added to, or instead of, those of a gRPC call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Each is sent as a DATA frame of its own. */
  readonly pieces?: readonly Uint8Array[];
  /** The stream stays open on our side. */
  readonly halfOpen?: boolean;
}

export interface RawAnswer {
  /** Of HTTP. */
  readonly httpStatus: number;
  /** `grpc-status`; NaN without one. */
  readonly code: number;
  readonly message: string;
  /** Headers and trailers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Of the RST_STREAM frame that ended the stream; 0 without one, and for NO_ERROR. */
  readonly resetCode: number;
}

/** A message with its prefix, which may claim another length. */
export function frameOf(message: Uint8Array, { flag = 0, length = message.length } = {}): Buffer {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(flag, 0);
  prefix.writeUInt32BE(length, 1);
  return Buffer.concat([prefix, message]);
}

/** Over TLS when there are options for it. Rejects when there is no HTTP/2 at the address. */
export async function openSession(address: string, tls?: SecureClientSessionOptions): Promise<ClientHttp2Session> {
  // Without a limit, as in grpc-js: Node counts what is not sent of a stream that the other side resets for ever.
  const options = { maxSessionMemory: Number.MAX_SAFE_INTEGER, ...tls };
  const session = connect(`${tls === undefined ? "http" : "https"}://${address}`, options);
  return new Promise((resolve, reject) => {
    session.on("error", reject);
    session.on("close", () => reject(new Error("the connection was closed")));
    session.once("remoteSettings", () => resolve(session));
  });
}

/** Opens a stream without ending it. */
export function beginCall(session: ClientHttp2Session, { path = TRACES_PATH, headers = {} }: RawCall = {}) {
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  stream.on("error", () => undefined);
  return stream;
}

/** What comes back on the stream until it is closed. */
export async function answerOf(stream: ClientHttp2Stream): Promise<RawAnswer> {
  let headers: Record<string, string> = {};
  const chunks: Buffer[] = [];
  const add = (more: object): void => {
    headers = { ...headers, ...Object.fromEntries(Object.entries(more).map(([key, value]) => [key, String(value)])) };
  };
  stream.on("response", add);
  stream.on("trailers", add);
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => stream.on("close", resolve));
  return {
    httpStatus: Number(headers[":status"]),
    code: Number(headers["grpc-status"] ?? Number.NaN),
    message: decodeURIComponent(headers["grpc-message"] ?? ""),
    headers,
    body: Buffer.concat(chunks),
    resetCode: stream.rstCode ?? 0,
  };
}

/** One call over a session. */
export async function callOver(session: ClientHttp2Session, call: RawCall): Promise<RawAnswer> {
  const stream = beginCall(session, call);
  const answer = answerOf(stream);
  const { pieces = [], halfOpen = false } = call;
  for (const piece of pieces) {
    if (stream.destroyed) break;
    if (!stream.write(piece)) await Promise.race([once(stream, "drain"), answer]);
    if (pieces.length > 1) await new Promise(setImmediate);
  }
  if (!halfOpen) stream.end();
  return answer;
}

/** One call over a connection of its own. */
export async function callRaw(address: string, call: RawCall): Promise<RawAnswer> {
  const session = await openSession(address);
  try {
    return await callOver(session, call);
  } finally {
    session.destroy();
  }
}

/** `google.rpc.Status` as it came in the trailers. */
export function statusDetailsOf({ headers }: RawAnswer): Buffer {
  return Buffer.from(headers["grpc-status-details-bin"] ?? "", "base64");
}

/** Waits until it holds; fails after two seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (const giveUpAt = Date.now() + 2000; !holds(); await sleep(5))
    if (Date.now() > giveUpAt) throw new Error(`never came true: ${holds.toString()}`);
}
