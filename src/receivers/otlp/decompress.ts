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

/** Larger bodies are inflated in a thread of the pool: that costs a little time, but not everybody's. */
const LARGEST_AT_ONCE = 256 * 1024;
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
      return body.length <= LARGEST_AT_ONCE ? now(body, options) : await aside(body, options);
    } catch (error) {
      if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge(limit);
      throw malformed("The body is not what its Content-Encoding says.", error);
    }
  };
}
