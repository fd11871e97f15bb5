/** Decodes bodies where they hold up nobody: small ones at once, large ones in a thread of their own. */
import type { Logger } from "../../component/component.ts";
import { decodeBody, type SentBody } from "./decode-body.ts";
import { createDecodeThread } from "./decode-large.ts";
import type { DecodedRequest } from "./decode-request.ts";
import { RequestRefusal } from "./request-refusal.ts";

export interface BodyDecoder {
  /** Rejects with a RequestRefusal, a PermanentError, or an UnavailableError when the thread has died. */
  decode(sent: SentBody): Promise<DecodedRequest>;
  /** Ends the thread; whoever still waits for it is told to send again. */
  shutdown(): Promise<void>;
}

/** A body of this size takes the thread some milliseconds. In bytes; JSON takes several times as long. */
const LARGE = { protobuf: 1024 * 1024, json: 256 * 1024 } as const;
/** A compressed body above this is mostly large inside. */
const LARGE_COMPRESSED = 128 * 1024;

/** How long Zstandard may take, in milliseconds: 64 MiB of it take a second or two. */
const ZSTD_WITHIN_MS = 10_000;

/** Zstandard is never undone here: fzstd can be made to run without end, by a hundred bytes. */
export function createBodyDecoder(logger: Logger): BodyDecoder {
  const thread = createDecodeThread(logger);
  const zstdThread = createDecodeThread(logger, { answerWithinMs: ZSTD_WITHIN_MS });
  return {
    async decode(sent) {
      if (sent.coding === "zstd") return zstdThread.decode(sent);
      return decodeSmall(sent) ?? thread.decode(sent);
    },
    async shutdown() {
      await Promise.all([thread.shutdown(), zstdThread.shutdown()]);
    },
  };
}

/** Undefined when the body is large, or its content is: a small body can be a thousand times as large inside. */
function decodeSmall(sent: SentBody): DecodedRequest | undefined {
  const { coding, body, encoding, limit } = sent;
  const small = LARGE[encoding];
  if (body.length > (coding === "identity" ? small : LARGE_COMPRESSED)) return undefined;
  try {
    return decodeBody({ ...sent, limit: Math.min(limit, small) });
  } catch (error) {
    if (error instanceof RequestRefusal && error.reason === "too_large" && limit > small) return undefined;
    throw error;
  }
}
