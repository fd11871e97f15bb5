/** The bytes of an upload as they come, unpacked, and never more of them in memory than a few pieces. */
import type { IncomingMessage } from "node:http";
import { PassThrough, type Transform } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import type { BodyPace } from "../component/body-pace.ts";
import { codeOf } from "../model/errors.ts";
import { ApiError } from "./api-error.ts";
import { drain } from "./drain.ts";
import { tooSlow } from "./read-json.ts";

export interface UploadOptions {
  /** As it is sent, and unpacked. */
  readonly maxBytes: number;
  readonly pace: BodyPace;
  readonly tooLarge: () => ApiError;
}

/** What one upload has in memory while it is received. */
const pieceBytes = 256 * 1024;

/** Throws an ApiError when it says that it is too large or packed in an unknown way; the rest is left unread. */
export function receiveUpload(request: IncomingMessage, options: UploadOptions): AsyncGenerator<Uint8Array> {
  try {
    if (Number(request.headers["content-length"] ?? 0) > options.maxBytes) throw options.tooLarge();
    return receive(request, unpackerOf(request), options);
  } catch (error) {
    drain(request);
    throw error;
  }
}

/** Throws an ApiError as soon as it is too large, comes too slowly, ends early or is not packed as it says. */
async function* receive(
  request: IncomingMessage,
  unpacker: Transform,
  { maxBytes, pace, tooLarge }: UploadOptions,
): AsyncGenerator<Uint8Array> {
  // Whoever went while something else was awaited is heard of no more.
  if (request.destroyed) throw endedEarly();
  let unpacked = 0;
  const stop = (error: ApiError): void => void unpacker.destroy(error);
  const watched = pace.watch({ held: { bytes: () => heldBy(request) }, withinMs: 0, onSlow: () => stop(tooSlow()) });
  let sent = 0;
  request.on("error", () => stop(endedEarly()));
  request.on("aborted", () => stop(endedEarly()));
  request.pipe(unpacker);
  request.on("data", (piece: Uint8Array) => {
    watched.arrived(piece.length);
    sent += piece.length;
    if (sent > maxBytes) stop(tooLarge());
  });
  try {
    for await (const chunk of unpacker as AsyncIterable<Uint8Array>) {
      unpacked += chunk.length;
      if (unpacked > maxBytes) throw tooLarge();
      yield chunk;
    }
  } catch (error) {
    throw codeOf(error)?.startsWith("Z_") === true ? notAsPacked() : error;
  } finally {
    request.unpipe(unpacker);
    watched.end();
    drain(request);
  }
}

/** Nothing while it waits for whoever reads it: then it is not the sender who is slow. */
const heldBy = (request: IncomingMessage): number => (request.isPaused() ? 0 : pieceBytes);

function unpackerOf({ headers }: IncomingMessage): Transform {
  switch (headers["content-encoding"] ?? "identity") {
    case "identity":
      return new PassThrough();
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    default:
      throw new ApiError(415, "unsupported_media_type", "send the body plain, or packed with gzip or deflate");
  }
}

const endedEarly = () => new ApiError(400, "invalid_request", "the body ended early");
const notAsPacked = () => new ApiError(400, "invalid_request", "the body is not what its content-encoding says");
