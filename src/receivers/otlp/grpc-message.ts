/** The length-prefixed messages of gRPC. Source: gRPC "PROTOCOL-HTTP2", section "Requests". */
import type { ServerHttp2Stream } from "node:http2";
import { RPC_CODES } from "../../otlp/rpc-status.ts";
import type { HeldBytes } from "./body-budget.ts";
import { type BodyBuffer, createBodyBuffer } from "./body-buffer.ts";
import type { BodyPace } from "../../component/body-pace.ts";
import { SenderGone } from "./read-body.ts";
import { RequestRefusal, tooLarge, tooSlow } from "./request-refusal.ts";

export interface GrpcMessage {
  readonly isCompressed: boolean;
  readonly body: Uint8Array;
}

export interface ReadMessageOptions {
  /** Bytes that the message may have as it comes. */
  readonly limit: number;
  readonly held: HeldBytes;
  readonly timeoutMs: number;
  readonly pace: BodyPace;
}

const PREFIX_LENGTH = 5;

/**
 * The one message of a unary call, its memory counted in `held`. Rejects with a refusal when it is not exactly one, is
 * larger than it may be or takes too long, with what `held` refuses, and with SenderGone when the sender cancels.
 */
export async function readMessage(stream: ServerHttp2Stream, options: ReadMessageOptions): Promise<GrpcMessage> {
  const message = createMessageReader(options);
  return new Promise((resolve, reject) => {
    const { held, timeoutMs, pace } = options;
    const late = setTimeout(() => stop(tookTooLong()), timeoutMs);
    const watched = pace.watch({ held, withinMs: timeoutMs, onSlow: () => stop(tooSlow()) });
    const stop = (reason: unknown): void => {
      clearTimeout(late);
      watched.end();
      stream.off("data", take);
      reject(reason instanceof Error ? reason : new Error("The message could not be read.", { cause: reason }));
    };
    const take = (chunk: Buffer): void => {
      watched.arrived(chunk.length);
      try {
        message.add(chunk);
      } catch (refusal) {
        stop(refusal);
      }
    };
    stream.on("data", take);
    stream.on("end", () => {
      try {
        if (stream.aborted) throw new SenderGone("The call was cancelled.");
        resolve(message.finish());
        clearTimeout(late);
        watched.end();
      } catch (refusal) {
        stop(refusal);
      }
    });
    stream.on("close", () => stop(new SenderGone("The call was cancelled.")));
  });
}

/** `bytes` as a message that is not compressed. */
export function frameMessage(bytes: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_LENGTH + bytes.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, PREFIX_LENGTH);
  return frame;
}

/** Takes a message apart while it comes. `add` and `finish` throw refusals. */
function createMessageReader({ limit, held }: ReadMessageOptions) {
  const prefix = Buffer.alloc(PREFIX_LENGTH);
  let prefixLength = 0;
  let announced = 0;
  let length = 0;
  let body: BodyBuffer | undefined;

  function addToPrefix(bytes: Buffer): void {
    prefix.set(bytes, prefixLength);
    prefixLength += bytes.length;
    if (prefixLength < PREFIX_LENGTH) return;
    if (prefix.readUInt8(0) > 1) throw unreadable("The compression flag of the message is neither 0 nor 1.");
    announced = prefix.readUInt32BE(1);
    if (announced > limit) throw tooLarge(limit);
    body = createBodyBuffer({ limit, held, announced });
  }

  return {
    add(chunk: Buffer): void {
      const missing = PREFIX_LENGTH - prefixLength;
      if (missing > 0) addToPrefix(chunk.subarray(0, missing));
      const rest = chunk.subarray(missing);
      if (rest.length === 0) return;
      length += rest.length;
      if (length > announced) throw notOneMessage("more than one message");
      body?.add(rest);
    },
    finish(): GrpcMessage {
      if (prefixLength === 0) throw notOneMessage("no message");
      if (body === undefined || length < announced)
        throw unreadable("The message ended before the length that its prefix announces.");
      return { isCompressed: prefix.readUInt8(0) === 1, body: body.finish() };
    },
  };
}

/** The status that gRPC's own libraries give for each of these. */
function unreadable(message: string): RequestRefusal {
  return new RequestRefusal(400, RPC_CODES.internal, "malformed", message);
}

function notOneMessage(what: string): RequestRefusal {
  return new RequestRefusal(400, RPC_CODES.unimplemented, "malformed", `Export takes one message; there was ${what}.`);
}

function tookTooLong(): RequestRefusal {
  return new RequestRefusal(503, RPC_CODES.deadlineExceeded, "timeout", "The message took too long to arrive.");
}
