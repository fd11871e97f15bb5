import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { OtlpTarget } from "./target.ts";

/** How one attempt to deliver a batch ended. */
export type PostResult =
  | { readonly status: "delivered"; readonly body: Buffer }
  | { readonly status: "retry"; readonly reason: string; readonly afterMs?: number }
  | { readonly status: "refused"; readonly reason: string };

const compress = promisify(gzip);
const retryableStatus = new Set([429, 502, 503, 504]);

/** Agents of our own: the application's connections are not touched, and ours are kept open between batches. */
const httpAgent = new HttpAgent({ keepAlive: true });
const httpsAgent = new HttpsAgent({ keepAlive: true });

/**
 * Posts one encoded batch, once. Never rejects. The connection does not keep the process alive.
 * Which answers may be retried: OTLP specification, "OTLP/HTTP response".
 */
export async function post(target: OtlpTarget, payload: Uint8Array): Promise<PostResult> {
  const body = target.gzip ? await compress(payload) : payload;
  return new Promise((resolve) => {
    const isHttps = target.url.startsWith("https:");
    const headers = {
      ...target.headers,
      "content-length": body.length,
      ...(target.gzip && { "content-encoding": "gzip" }),
    };
    const options = { method: "POST", headers, agent: isHttps ? httpsAgent : httpAgent, ...(isHttps && target.tls) };
    const request = (isHttps ? httpsRequest : httpRequest)(target.url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => resolve({ status: "retry", reason: error.message }));
      response.on("end", () =>
        resolve(resultOf(response.statusCode ?? 0, response.headers["retry-after"], Buffer.concat(chunks))),
      );
    });
    request.setTimeout(target.timeoutMs, () => request.destroy(new Error("timed out")));
    request.on("socket", (socket) => socket.unref());
    request.on("error", (error) => resolve({ status: "retry", reason: reasonOf(error) }));
    request.end(body);
  });
}

function resultOf(statusCode: number, retryAfter: string | undefined, body: Buffer): PostResult {
  if (statusCode >= 200 && statusCode < 300) return { status: "delivered", body };
  const reason = `HTTP ${statusCode}`;
  if (!retryableStatus.has(statusCode)) return { status: "refused", reason };
  const seconds = Number(retryAfter);
  return { status: "retry", reason, ...(seconds > 0 && { afterMs: seconds * 1000 }) };
}

/** `connect ECONNREFUSED 127.0.0.1:4318`; a host with several addresses fails with one error for each and no message. */
function reasonOf(error: Error & { readonly code?: string }): string {
  return error.message === "" ? (error.code ?? error.name) : error.message;
}
