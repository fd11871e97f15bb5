/** The content codings of a request body, and how to undo them within bounds. */
import { gunzipSync, inflateSync, type ZlibOptions } from "node:zlib";
import { codeOf } from "../../model/errors.ts";
import { RPC_CODES } from "../../otlp/rpc-status.ts";
import { RequestRefusal, tooLarge } from "./request-refusal.ts";
import { unzstd } from "./unzstd.ts";

/** How a body is packed. What HTTP calls deflate is zlib's format, RFC 1950. */
export type Coding = "identity" | "gzip" | "deflate" | "zstd";

/** What a Content-Encoding may say; nothing is the same as identity. */
export const compressionAlgorithms = ["", "gzip", "zstd", "zlib", "deflate"] as const;
export type CompressionAlgorithm = (typeof compressionAlgorithms)[number];

const CODINGS: Readonly<Record<CompressionAlgorithm, Coding>> = {
  "": "identity",
  gzip: "gzip",
  zstd: "zstd",
  zlib: "deflate",
  deflate: "deflate",
};

/** Throws a refusal for a coding that is not among the allowed ones, and for several. */
export function codingOf(
  contentEncoding: string | undefined,
  allowed: readonly CompressionAlgorithm[] = compressionAlgorithms,
): Coding {
  const named = (contentEncoding ?? "").trim().toLowerCase();
  const algorithm = allowed.find((name) => name === (named === "identity" ? "" : named));
  if (algorithm !== undefined) return CODINGS[algorithm];
  const names = allowed.map((name) => (name === "" ? "identity" : name)).join(", ");
  throw new RequestRefusal(
    415,
    RPC_CODES.invalidArgument,
    "content_encoding",
    `The Content-Encoding is not supported; supported are: ${names}.`,
    { headers: { "accept-encoding": names } },
  );
}

/** Undoes a coding; throws a refusal or ERR_BUFFER_TOO_LARGE beyond the limit, anything for a body that is not of it. */
type Inflate = (body: Uint8Array, limit: number) => Uint8Array;

const INFLATE: Readonly<Record<Coding, Inflate>> = {
  identity: (body) => body,
  gzip: (body, limit) => gunzipSync(body, within(limit)),
  deflate: (body, limit) => inflateSync(body, within(limit)),
  zstd: unzstd,
};

const CHUNK_SIZE = 256 * 1024;

function within(limit: number): ZlibOptions {
  return { chunkSize: CHUNK_SIZE, maxOutputLength: limit };
}

/** Throws a refusal when the result is larger than `limit` bytes, or the body is not of that coding. */
export function decompress(coding: Coding, body: Uint8Array, limit: number): Uint8Array {
  try {
    return INFLATE[coding](body, limit);
  } catch (error) {
    if (error instanceof RequestRefusal) throw error;
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") throw tooLarge(limit);
    const message = "The body is not what its Content-Encoding says.";
    throw new RequestRefusal(400, RPC_CODES.invalidArgument, "content_encoding", message, { cause: error });
  }
}
