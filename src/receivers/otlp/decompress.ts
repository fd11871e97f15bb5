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

/** Other names. A recipient should take `x-gzip` for gzip, RFC 9110 section 8.4.1.3. */
const ALIASES: ReadonlyMap<string, CompressionAlgorithm> = new Map([
  ["identity", ""],
  ["x-gzip", "gzip"],
]);

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
  const named = namesIn(contentEncoding ?? "").join();
  const algorithm = allowed.find((name) => name === (ALIASES.get(named) ?? named));
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

/** In lower case. Empty elements of a list are none, RFC 9110 section 5.6.1. */
function namesIn(contentEncoding: string): readonly string[] {
  const names = contentEncoding.split(",").map((name) => name.trim().toLowerCase());
  return names.filter((name) => name !== "");
}

/** Undoes a coding; throws a refusal or ERR_BUFFER_TOO_LARGE beyond the limit, anything for a body that is not of it. */
type Inflate = (body: Uint8Array, limit: number) => Uint8Array;

const INFLATE: Readonly<Record<Coding, Inflate>> = {
  identity: (body) => body,
  gzip: (body, limit) => inflateWhole(gunzipSync, body, limit),
  deflate: (body, limit) => inflateWhole(inflateSync, body, limit),
  zstd: unzstd,
};

const CHUNK_SIZE = 256 * 1024;

/** What zlib's functions return with `info`, of which their types do not know. */
interface Inflated {
  readonly buffer: Uint8Array;
  /** How many bytes of the body it has taken. */
  readonly engine: { readonly bytesWritten: number };
}

/** zlib passes over what follows the end of the data; a body with something behind it is not what it says. */
function inflateWhole(inflate: typeof gunzipSync, body: Uint8Array, limit: number): Uint8Array {
  const options: ZlibOptions = { chunkSize: CHUNK_SIZE, maxOutputLength: limit, info: true };
  const inflated: unknown = inflate(body, options);
  if (!isInflated(inflated) || inflated.engine.bytesWritten !== body.length)
    throw new Error("There is something behind the compressed data.");
  return inflated.buffer;
}

function isInflated(value: unknown): value is Inflated {
  return typeof value === "object" && value !== null && "engine" in value;
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
