/** The content codings of a request body, and how to undo them within bounds. */
import { promisify } from "node:util";
import { gunzip, gunzipSync, inflate, inflateSync, type InputType, type ZlibOptions } from "node:zlib";
import { codeOf } from "../../model/errors.ts";
import { RPC_CODES } from "../../otlp/rpc-status.ts";
import { malformed, RequestRefusal, tooLarge } from "./request-refusal.ts";

/** Undoes a coding; rejects with a refusal when the result is larger than `limit` bytes. */
export type Decompress = (body: Buffer, limit: number) => Promise<Buffer>;

interface Inflater {
  readonly now: (body: InputType, options: ZlibOptions) => Buffer;
  readonly aside: (body: InputType, options: ZlibOptions) => Promise<Buffer>;
}

const GZIP: Inflater = { now: gunzipSync, aside: promisify<InputType, ZlibOptions, Buffer>(gunzip) };
/** What HTTP calls deflate is zlib's format, RFC 1950. */
const ZLIB: Inflater = { now: inflateSync, aside: promisify<InputType, ZlibOptions, Buffer>(inflate) };

/**
 * What is larger, or turns out to be, is inflated in a thread of the pool: that costs a little time, but not everybody's.
 * A small body can be a thousand times as large inside.
 */
const LARGEST_AT_ONCE = 256 * 1024;
const LARGEST_RESULT_AT_ONCE = 4 * 1024 * 1024;
const CHUNK_SIZE = 256 * 1024;

const CODINGS: ReadonlyMap<string, Decompress> = new Map([
  ["", keep],
  ["identity", keep],
  ["gzip", decompressor(GZIP)],
  ["deflate", decompressor(ZLIB)],
  ["zlib", decompressor(ZLIB)],
]);

/** Throws a refusal for a coding that we do not know, and for several. */
export function decompressorFor(contentEncoding: string | undefined): Decompress {
  const decompress = CODINGS.get((contentEncoding ?? "").trim().toLowerCase());
  if (decompress !== undefined) return decompress;
  throw new RequestRefusal(
    415,
    RPC_CODES.invalidArgument,
    "content_encoding",
    "The Content-Encoding is not supported; supported are gzip, deflate and identity.",
    { headers: { "accept-encoding": "gzip, deflate, identity" } },
  );
}

async function keep(body: Buffer): Promise<Buffer> {
  return body;
}

function decompressor({ now, aside }: Inflater): Decompress {
  return async (body, limit) => {
    const options = { chunkSize: CHUNK_SIZE, maxOutputLength: limit };
    try {
      return inflateSmall(now, body, limit) ?? (await inTurn(async () => aside(body, options)));
    } catch (error) {
      if (isTooLarge(error)) throw tooLarge(limit);
      throw malformed("The body is not what its Content-Encoding says.", error);
    }
  };
}

/** Undefined when the body is large, or its content is. */
function inflateSmall(inflateNow: Inflater["now"], body: Buffer, limit: number): Buffer | undefined {
  if (body.length > LARGEST_AT_ONCE) return undefined;
  try {
    return inflateNow(body, { chunkSize: CHUNK_SIZE, maxOutputLength: Math.min(limit, LARGEST_RESULT_AT_ONCE) });
  } catch (error) {
    if (isTooLarge(error) && limit > LARGEST_RESULT_AT_ONCE) return undefined;
    throw error;
  }
}

const isTooLarge = (error: unknown): boolean => codeOf(error) === "ERR_BUFFER_TOO_LARGE";

let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * One after the other: forty bombs at once would take forty times the limit, and the C library keeps what it was once
 * made to allocate in such small pieces. (Measured: 2.7 GB resident for 12 MB sent, and still so a minute later.)
 */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const turn = lastTurn.then(work);
  lastTurn = turn.catch(() => undefined);
  return turn;
}
