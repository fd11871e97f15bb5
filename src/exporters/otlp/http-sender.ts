/** OTLP/HTTP as a client (specification, "OTLP/HTTP"). Follows no redirect. */
import { Agent as HttpAgent, type ClientRequest, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { QueuedRequest } from "../../component/sending-queue.ts";
import type { Encoding } from "../../otlp/rpc-status.ts";
import type { ClientTls } from "./client-tls.ts";
import type { Compression } from "./forwarding-config.ts";
import { encodeJson } from "./encode-json.ts";
import { readAnswer } from "./http-answer.ts";
import { exchange } from "./http-exchange.ts";
import type { RequestHeadersOf } from "./request-headers.ts";
import { type Sender, SendError } from "./sender.ts";

export interface HttpSenderOptions {
  readonly urls: Partial<Readonly<Record<QueuedRequest["signal"], URL>>>;
  readonly encoding: Encoding;
  readonly compression: Compression;
  readonly timeoutMs: number;
  readonly headers: RequestHeadersOf;
  readonly readTls: () => ClientTls;
}

const compressGzip = promisify(gzip);
const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};

export function createHttpSender({
  urls,
  encoding,
  compression,
  timeoutMs,
  headers,
  readTls,
}: HttpSenderOptions): Sender {
  const httpAgent = new HttpAgent({ keepAlive: true });
  let httpsAgent = new HttpsAgent({ keepAlive: true });

  function open(url: URL, project: string, length: number): ClientRequest {
    const own = {
      "user-agent": "turnwise",
      "content-type": MEDIA_TYPES[encoding],
      "content-length": String(length),
      ...(compression === "gzip" ? { "content-encoding": "gzip" } : {}),
    };
    const options = { method: "POST", headers: { ...headers(project), ...own } };
    return url.protocol === "https:"
      ? requestHttps(url, { ...options, agent: httpsAgent })
      : requestHttp(url, { ...options, agent: httpAgent });
  }

  return {
    async start() {
      const { ca, ...tls } = readTls();
      httpsAgent = new HttpsAgent({ keepAlive: true, ...tls, ...(ca === undefined ? {} : { ca: [...ca] }) });
    },
    async send({ project, signal, bytes }, cut) {
      const url = urls[signal];
      if (url === undefined) throw new SendError(`no endpoint is configured for ${signal}`, { retryable: false });
      const plain = encoding === "json" ? encodeJson(signal, bytes) : bytes;
      const body = compression === "gzip" ? await compressGzip(plain) : plain;
      return readAnswer(await exchange(open(url, project, body.length), body, timeoutMs, cut));
    },
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
