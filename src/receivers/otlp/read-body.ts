import type { IncomingMessage } from "node:http";
import type { HeldBytes } from "./body-budget.ts";
import { createBodyBuffer } from "./body-buffer.ts";
import type { BodyPace } from "../../component/body-pace.ts";
import { tooLarge, tooSlow } from "./request-refusal.ts";

/** The sender went away before its body was complete. There is nobody to answer. */
export class SenderGone extends Error {
  override readonly name = "SenderGone";
}

/** Whether the sender sends its body only when it is told to. Other expectations, and those of HTTP/1.0, mean nothing: RFC 9110 10.1.1. */
export function waitsForContinue({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === "1.1" && headers.expect?.trim().toLowerCase() === "100-continue";
}

/** Throws a refusal when the sender announces more than `limit` bytes. */
export function checkAnnouncedLength(request: IncomingMessage, limit: number): void {
  if (Number(request.headers["content-length"] ?? 0) > limit) throw tooLarge(limit);
}

export interface ReadBodyOptions {
  /** Bytes that the body may have as it comes. */
  readonly limit: number;
  readonly held: HeldBytes;
  readonly pace: BodyPace;
  /** How long the request may take, in milliseconds; 0: as long as it likes. */
  readonly timeoutMs: number;
}

/**
 * The bytes of the body as they came, counted in `held`. Rejects with a refusal as soon as they are more than `limit` or come
 * too slowly, with what `held` refuses, and with SenderGone when they end before their end; what came until then is let go.
 */
export async function readBody(request: IncomingMessage, options: ReadBodyOptions): Promise<Uint8Array> {
  const { limit, held, pace, timeoutMs } = options;
  const announced = request.headers["content-length"];
  const body = createBodyBuffer({ limit, held, announced: announced === undefined ? undefined : Number(announced) });
  return new Promise((resolve, reject) => {
    const watched = pace.watch({ held, withinMs: timeoutMs, onSlow: () => stop(tooSlow()) });
    const stop = (reason: unknown): void => {
      watched.end();
      request.off("data", take);
      reject(reason instanceof Error ? reason : new Error("The body could not be read.", { cause: reason }));
    };
    const take = (chunk: Buffer): void => {
      watched.arrived(chunk.length);
      try {
        body.add(chunk);
      } catch (refusal) {
        stop(refusal);
      }
    };
    request.on("data", take);
    request.on("error", (cause) => stop(new SenderGone("The connection broke.", { cause })));
    request.on("close", () => {
      if (!request.complete) stop(new SenderGone("The connection was closed."));
    });
    request.on("end", () => {
      watched.end();
      resolve(body.finish());
    });
  });
}
