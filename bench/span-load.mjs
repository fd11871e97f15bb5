// Export requests without end, almost for free: a pool of encoded bodies whose ids are changed in place before each use,
// so that every use is new spans, traces and (after a round through the pool) conversations.
import { randomBytes, randomFillSync } from "node:crypto";
import { decodeSpans } from "../dist/otlp/decode-records.js";
import { indexSpans } from "../dist/otlp/index-records.js";
import { toJsonRequest } from "../dist/otlp/to-json-request.js";
import { makeSpanBatch } from "./payload.mjs";

const TRACE_ID = 0x0a;
const SPAN_ID = 0x12;
const PARENT_ID = 0x22;
const CONVERSATION = Buffer.from("conversation-");
/** What a mask is for: 16 bytes of trace ids, 8 of span ids. */
const masks = new Uint8Array(24);

/**
 * `historyCalls` as in makeSpanBatch; the bodies come in the order of their seeds. `next()` returns the next request's
 * `bytes`, which change again when its turn comes round, and in protobuf (the default) its index as the receiver makes it.
 */
export function createSpanLoad({ bodies = 40, spans = 64, historyCalls, json = false } = {}) {
  const toTemplate = json ? jsonTemplate : protobufTemplate;
  const pool = Array.from({ length: bodies }, (_, seed) => toTemplate(makeSpanBatch({ seed, spans, historyCalls })));
  const mean = (valueOf) => pool.reduce((sum, template) => sum + valueOf(template), 0) / pool.length;
  const own = randomBytes(3).toString("hex"); // several loads share no conversations
  let next = 0;
  let round = 0;
  return {
    spans,
    bytes: mean(({ bytes }) => bytes.length),
    /** Of the spans alone, without the envelope. */
    spanBytes: mean(({ encoded }) => spanBytes(encoded)),
    next() {
      if (next === pool.length) {
        next = 0;
        round += 1;
      }
      const template = pool[next];
      next += 1;
      randomFillSync(masks);
      template.rename();
      const name = `${own}${round.toString(36).padStart(6, "0")}`;
      for (const at of template.names) template.bytes.write(name, at, "latin1");
      return template;
    },
  };
}

function spanBytes({ records }) {
  let sum = 0;
  for (let row = 0; row < records.length; row += 3) sum += records[row + 1];
  return sum;
}

function protobufTemplate(body) {
  const bytes = Buffer.from(body);
  const { encoded } = indexSpans(bytes);
  const ids = { [TRACE_ID]: [], [SPAN_ID]: [], [PARENT_ID]: [] };
  for (let row = 0; row < encoded.records.length; row += 3)
    findIds(bytes, encoded.records[row], encoded.records[row] + encoded.records[row + 1], ids);
  const spanIds = [...ids[SPAN_ID], ...ids[PARENT_ID]];
  return {
    encoded,
    bytes,
    names: positionsOf(bytes, CONVERSATION),
    rename: () => maskBytes(bytes, ids[TRACE_ID], spanIds),
  };
}

/** The ids are the first fields of a span. */
function findIds(bytes, start, end, ids) {
  for (let at = start; at < end && ids[bytes[at]] !== undefined; at += 2 + bytes[at + 1]) ids[bytes[at]].push(at + 2);
}

/** Equal ids stay equal: all are changed by the same mask. */
function maskBytes(bytes, traceIds, spanIds) {
  for (const at of traceIds) for (let index = 0; index < 16; index += 1) bytes[at + index] ^= masks[index];
  for (const at of spanIds) for (let index = 0; index < 8; index += 1) bytes[at + index] ^= masks[16 + index];
}

function jsonTemplate(body) {
  const { encoded } = indexSpans(body);
  const bytes = Buffer.from(JSON.stringify(toJsonRequest(decodeSpans(encoded))));
  const traceIds = positionsOf(bytes, Buffer.from('"traceId":"')).map((at) => at + 11);
  const spanIds = positionsOf(bytes, Buffer.from('"spanId":"')).map((at) => at + 10);
  const parentIds = positionsOf(bytes, Buffer.from('"parentSpanId":"')).map((at) => at + 16);
  const rename = () => {
    for (const at of traceIds) maskHex(bytes, at, 0, 16);
    for (const at of [...spanIds, ...parentIds]) maskHex(bytes, at, 16, 8);
  };
  return { encoded, bytes, names: positionsOf(bytes, CONVERSATION), rename };
}

const HEX = Buffer.from("0123456789abcdef");

function maskHex(bytes, at, mask, length) {
  for (let index = 0; index < length * 2; index += 1) {
    const digit = bytes[at + index];
    const value = digit < 0x40 ? digit - 0x30 : digit - 0x57;
    const shift = index % 2 === 0 ? 4 : 0;
    bytes[at + index] = HEX[value ^ ((masks[mask + (index >> 1)] >> shift) & 15)];
  }
}

function positionsOf(bytes, text) {
  const found = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) found.push(at);
  return found;
}
