import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { codeOf } from "../../model/errors.ts";
import { SendError } from "./sender.ts";

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most MAX_ANSWER_BYTES. */
  readonly body: Buffer;
  /** There was more. */
  readonly isCut: boolean;
}

const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Sends the request and reads the answer. The time limit is one for everything, so that neither a silent server nor one that
 * drips can hold it. Rejects with a SendError.
 */
export async function exchange(
  request: ClientRequest,
  body: Uint8Array,
  timeoutMs: number,
  cut: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown): void => {
      reject(new SendError(message, { retryable: true, cause }));
      request.destroy();
    };
    const onCut = (): void => fail("it was cut off");
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    cut.addEventListener("abort", onCut);
    request.on("close", () => {
      clearTimeout(timer);
      cut.removeEventListener("abort", onCut);
    });
    request.on("error", (error) => fail(`the connection failed (${codeOf(error) ?? error.name})`, error));
    request.on("response", (response) => {
      collect(response).then(resolve, (error: unknown) => fail("the answer was broken off", error));
    });
    if (cut.aborted) onCut();
    else request.end(body);
  });
}

async function collect(response: IncomingMessage): Promise<HttpAnswer> {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) break; // which destroys the response and its connection
  }
  return {
    status,
    headers,
    body: Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES),
    isCut: length > MAX_ANSWER_BYTES,
  };
}
