/** Decodes large bodies, one after the other: forty bombs at once would take forty times the memory of one. */
import { parentPort } from "node:worker_threads";
import { decodeBody, type SentBody } from "./decode-body.ts";
import type { DecodeAnswer, DecodeCommand } from "./decode-messages.ts";
import type { DecodedRequest } from "./decode-request.ts";
import { RequestRefusal } from "./request-refusal.ts";

parentPort?.on("message", ({ id, sent }: DecodeCommand) => {
  const answer: DecodeAnswer = { id, outcome: outcomeOf(sent) };
  parentPort?.postMessage(answer, memoryOf(answer.outcome));
});

function outcomeOf(sent: SentBody): DecodeAnswer["outcome"] {
  try {
    return { decoded: ownMemory(decodeBody(sent)) };
  } catch (error) {
    if (error instanceof RequestRefusal) {
      const { httpStatus, rpcCode, reason, message } = error;
      return { refusal: { httpStatus, rpcCode, reason, message } };
    }
    const { message, stack } = causeOf(error);
    return { failure: { message, ...(stack === undefined ? {} : { stack }) } };
  }
}

function causeOf(error: unknown): Error {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** What of an answer is handed over and not copied. */
function memoryOf(outcome: DecodeAnswer["outcome"]): ArrayBuffer[] {
  if (!("decoded" in outcome) || outcome.decoded.records.signal === "metrics") return [];
  const { bytes, records, scopes, resources } = outcome.decoded.records.encoded;
  return [bytes, records, scopes, resources].flatMap(({ buffer }) => (buffer instanceof ArrayBuffer ? [buffer] : []));
}

/** What little came out of a body may lie in a buffer with others beside it. */
function ownMemory(decoded: DecodedRequest): DecodedRequest {
  const { records, ...rest } = decoded;
  if (records.signal === "metrics" || records.encoded.bytes.length === records.encoded.bytes.buffer.byteLength)
    return decoded;
  return {
    records: { ...records, encoded: { ...records.encoded, bytes: new Uint8Array(records.encoded.bytes) } },
    ...rest,
  };
}
