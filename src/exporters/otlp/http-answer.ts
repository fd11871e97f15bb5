/** What an HTTP answer means (specification, "OTLP/HTTP Response"). */
import { decodeExportResponse, decodeStatus, type PartialSuccess } from "../../otlp/decode-export-response.ts";
import { MalformedError } from "../../otlp/malformed-error.ts";
import type { Encoding } from "../../otlp/rpc-status.ts";
import type { HttpAnswer } from "./http-exchange.ts";
import { SendError } from "./sender.ts";

/** Specification, "Retryable Response Codes". */
const RETRYABLE = new Set([429, 502, 503, 504]);

/** Of an answer with status 2xx; throws the SendError that any other one is. */
export function readAnswer(answer: HttpAnswer): PartialSuccess {
  const { status, headers } = answer;
  if (status < 200 || status > 299)
    throw new SendError(`the server answered ${status}`, {
      retryable: RETRYABLE.has(status),
      retryAfterMs: RETRYABLE.has(status) ? retryAfterMs(headers["retry-after"]) : undefined,
      upstreamMessage: messageOf(answer),
    });
  if (isOfAnother(answer)) throw new SendError(`what answered ${status} is no OTLP receiver`, { retryable: true });
  return partialSuccessOf(answer);
}

/** A login page, a proxy, the wrong port: whoever it was, it has not stored any spans. */
function isOfAnother({ headers, isCut }: HttpAnswer): boolean {
  const type = headers["content-type"] ?? "";
  return /^text\/html\b/i.test(type) || (isCut && encodingOf(type) === undefined);
}

/** The request was taken, so an answer that cannot be read is no reason to send it again. */
function partialSuccessOf({ body, headers, isCut }: HttpAnswer): PartialSuccess {
  const encoding = encodingOf(headers["content-type"]);
  if (isCut) return { rejected: 0, message: "(the answer is too long)" };
  if (encoding === undefined) return { rejected: 0, message: "" };
  return orElse(() => decodeExportResponse(body, encoding), { rejected: 0, message: "(the answer cannot be read)" });
}

function messageOf({ body, headers, isCut }: HttpAnswer): string {
  const encoding = encodingOf(headers["content-type"]);
  if (encoding === undefined || isCut) return "";
  return orElse(() => decodeStatus(body, encoding).message, "");
}

function orElse<Value>(decode: () => Value, otherwise: Value): Value {
  try {
    return decode();
  } catch (error) {
    if (error instanceof MalformedError) return otherwise;
    throw error;
  }
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType === "application/x-protobuf") return "protobuf";
  return mediaType === "application/json" ? "json" : undefined;
}

/** Seconds or a date (RFC 9110, 10.2.3). Undefined when it is neither. */
export function retryAfterMs(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+(?:\.\d+)?\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
