/**
 * The `fetch` that the openai client is given. Unlike the global one it limits the time to connect and the size of a
 * reply, reads the reply whole before it resolves (so that one timeout covers everything), follows no redirect, and
 * checks each address that a name resolves to.
 */
import { lookup, type LookupAddress, type LookupAllOptions } from "node:dns";
import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { isForbiddenAddress } from "./base-url.ts";

export interface BoundedFetch {
  readonly fetch: typeof fetch;
  /** Closes idle connections. */
  readonly close: () => void;
}

/** All addresses of a name, as `dns.lookup` finds them. */
export type ResolveName = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

const defaultMaxReplyBytes = 8 * 1024 * 1024;

export interface BoundedFetchOptions {
  readonly resolveName?: ResolveName;
  /** A longer reply is not read to its end. */
  readonly maxReplyBytes?: number;
}

/** Network errors reject with an Error that carries a `code`: Node's own, CONNECT_TIMEOUT, REPLY_TOO_LARGE or FORBIDDEN_ADDRESS. */
export function createBoundedFetch(connectTimeoutMs: number, options: BoundedFetchOptions = {}): BoundedFetch {
  const { resolveName = lookup, maxReplyBytes = defaultMaxReplyBytes } = options;
  const httpAgent = new HttpAgent({ keepAlive: true });
  const httpsAgent = new HttpsAgent({ keepAlive: true });
  return {
    fetch: (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const options = {
        method: init.method ?? "GET",
        headers: Object.fromEntries(new Headers(init.headers)),
        lookup: checkAddresses(resolveName),
        ...(init.signal ? { signal: init.signal } : {}),
      };
      const request =
        url.protocol === "https:"
          ? requestHttps(url, { ...options, agent: httpsAgent })
          : requestHttp(url, { ...options, agent: httpAgent });
      limitConnectTime(request, connectTimeoutMs);
      return exchange(request, init.body ?? "", maxReplyBytes);
    },
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

/** A body is text or a stream; whoever answers before the end of one is not sent the rest. */
function exchange(request: ClientRequest, body: unknown, maxReplyBytes: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (reply) => {
      readReply(reply, maxReplyBytes)
        .finally(() => void (reply.complete && request.writableEnded ? undefined : request.destroy()))
        .then(resolve, reject);
    });
    if (isStream(body)) pipeline(Readable.fromWeb(body), request).catch(reject);
    else request.end(typeof body === "string" ? body : "");
  });
}

const isStream = (body: unknown): body is ReadableStream =>
  typeof body === "object" && body !== null && "getReader" in body;

async function readReply(reply: IncomingMessage, maxReplyBytes: number): Promise<Response> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxReplyBytes) throw networkError("REPLY_TOO_LARGE", `the reply is longer than ${maxReplyBytes} bytes`);
    chunks.push(chunk);
  }
  const headers = new Headers();
  for (const [name, value] of Object.entries(reply.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  const status = reply.statusCode ?? 0;
  if (status < 200 || status > 599) throw networkError("BAD_STATUS", "the reply has no usable status");
  return new Response(bytes === 0 ? null : Buffer.concat(chunks), { status, headers });
}

/** Name resolution, connection and TLS handshake together; a connection that is reused is already through. */
function limitConnectTime(request: ClientRequest, ms: number): void {
  request.on("socket", (socket) => {
    if (!socket.connecting) return;
    const fail = (): void => void request.destroy(networkError("CONNECT_TIMEOUT", `no connection within ${ms} ms`));
    const timer = setTimeout(fail, ms);
    const stop = (): void => clearTimeout(timer);
    socket.once("encrypted" in socket ? "secureConnect" : "connect", stop);
    socket.once("close", stop);
  });
}

const checkAddresses =
  (resolveName: ResolveName): LookupFunction =>
  (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "");
      const forbidden = addresses.find(({ address }) => isForbiddenAddress(address));
      const [first] = addresses;
      if (forbidden !== undefined || first === undefined) {
        return callback(networkError("FORBIDDEN_ADDRESS", "the host resolves to a link-local address"), "");
      }
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };

function networkError(code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code });
}
