import type { IncomingMessage } from "node:http";
import type { HeldBytes } from "./body-budget.ts";
import { tooLarge } from "./request-refusal.ts";

/** The sender went away before its body was complete. There is nobody to answer. */
export class SenderGone extends Error {
  override readonly name = "SenderGone";
}

/** Throws a refusal when the sender announces more than `limit` bytes. */
export function checkAnnouncedLength(request: IncomingMessage, limit: number): void {
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
}

/**
 * The bytes of the body as they came, counted in `held`. Rejects with a refusal as soon as they are more than `limit`, with
 * what `held` refuses, and with SenderGone when they end before their end; what came until then is let go.
 */
export async function readBody(request: IncomingMessage, limit: number, held: HeldBytes): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const stop = (error: Error): void => {
      chunks = [];
      request.off("data", take);
      reject(error);
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      chunks.push(chunk);
      const refusal = length > limit ? tooLarge(limit) : held.add(chunk.length);
      if (refusal !== undefined) stop(refusal);
    };
    request.on("data", take);
    request.on("error", (cause) => stop(new SenderGone("The connection broke.", { cause })));
    request.on("close", () => {
      if (!request.complete) stop(new SenderGone("The connection was closed."));
    });
    request.on("end", () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length));
    });
  });
}
