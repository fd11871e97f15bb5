/** A server that spans are sent on to: takes OTLP/HTTP on a free port, keeps what it was sent, and answers as it is told. */
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";
import type { LogRecord, Span } from "../../src/model/span.ts";
import { decodeLogRecords, decodeSpans } from "../../src/otlp/decode-records.ts";
import { indexLogRecords, indexSpans } from "../../src/otlp/index-records.ts";
import { decodeJsonLogRecords, decodeJsonSpans } from "../../src/otlp/json-request.ts";
import { portOf } from "./port-of.ts";

export interface UpstreamRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly spans: readonly Span[];
  readonly logRecords: readonly LogRecord[];
}

/** Answers one request; `number` counts from 1. By default: 200, all taken. */
export type AnswerUpstream = (response: ServerResponse, request: UpstreamRequest, number: number) => void;

export interface Upstream {
  readonly url: string;
  /** All that came, whatever it was answered. */
  readonly requests: readonly UpstreamRequest[];
  /** Those that were answered 200. */
  readonly taken: readonly UpstreamRequest[];
  answer: AnswerUpstream;
}

export interface UpstreamOptions {
  readonly answer?: AnswerUpstream;
  readonly tls?: ServerOptions;
  readonly port?: number;
}

export const accept: AnswerUpstream = (response) =>
  void response.writeHead(200, { "content-type": "application/x-protobuf" }).end();

export const refuse =
  (status: number, headers: Readonly<Record<string, string>> = {}): AnswerUpstream =>
  (response) =>
    void response.writeHead(status, headers).end();

export async function startUpstream({ answer = accept, tls, port = 0 }: UpstreamOptions = {}): Promise<Upstream> {
  const requests: UpstreamRequest[] = [];
  const taken: UpstreamRequest[] = [];
  const listener: RequestListener = (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = read(incoming.url ?? "", incoming.headers, Buffer.concat(chunks));
      requests.push(request);
      response.on("finish", () => {
        if (response.statusCode === 200) taken.push(request);
      });
      upstream.answer(response, request, requests.length);
    });
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  onTestFinished(() => close(server));
  const scheme = tls === undefined ? "http" : "https";
  const upstream: Upstream = { url: `${scheme}://127.0.0.1:${portOf(server)}`, requests, taken, answer };
  return upstream;
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

function read(path: string, headers: IncomingHttpHeaders, received: Buffer): UpstreamRequest {
  const body = headers["content-encoding"] === "gzip" ? gunzipSync(received) : received;
  const isJson = headers["content-type"] === "application/json";
  const isLogs = path.endsWith("/logs");
  const spans = isLogs ? [] : isJson ? decodeJsonSpans(body).records : decodeSpans(indexSpans(body).encoded);
  const logs = isJson
    ? decodeJsonLogRecords
    : (bytes: Buffer) => ({ records: decodeLogRecords(indexLogRecords(bytes).encoded) });
  return { path, headers, spans, logRecords: isLogs ? logs(body).records : [] };
}
