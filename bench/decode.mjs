// Decoding of export requests: our full decode and the index walk against protobufjs on the same bytes.
import { fileURLToPath, pathToFileURL } from "node:url";
import protobuf from "protobufjs";
import { decodeSpans } from "../dist/otlp/decode-records.js";
import { indexSpans } from "../dist/otlp/index-records.js";
import { readSpanHeader } from "../dist/otlp/span-header.js";
import { makeSpanBatch } from "./payload.mjs";

const BATCHES = 32;
const SPANS = 64;
const ROUNDS = 9;
const PROTO = fileURLToPath(new URL("../test/fixtures/otlp/opentelemetry.proto", import.meta.url));
const KEYS = ["gen_ai.conversation.id", "session.id", "langfuse.session.id"];

/** One row a decoder: name, microseconds a span (median of interleaved rounds), ratio to protobufjs. */
export async function run() {
  const batches = Array.from({ length: BATCHES }, (_, seed) => Buffer.from(makeSpanBatch({ seed })));
  const request = protobuf.loadSync(PROTO).lookupType("otlp.ExportTraceServiceRequest");
  const decoders = {
    protobufjs: (bytes) => request.decode(bytes),
    "decode (index and decodeSpans)": (bytes) => decodeSpans(indexSpans(bytes).encoded),
    "index and span headers": (bytes) => readHeaders(indexSpans(bytes).encoded),
    "index (indexSpans)": (bytes) => indexSpans(bytes),
  };
  const times = measure(decoders, batches);
  const oracle = times.protobufjs;
  return Object.entries(times).map(([name, microseconds]) => ({
    name,
    "us/span": Number(microseconds.toFixed(2)),
    "x protobufjs": Number((oracle / microseconds).toFixed(2)),
  }));
}

function readHeaders({ bytes, records }) {
  for (let row = 0; row < records.length; row += 3) readSpanHeader(bytes, records[row], records[row + 1], KEYS);
}

function measure(decoders, batches) {
  const rounds = Object.fromEntries(Object.keys(decoders).map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, decode] of Object.entries(decoders)) rounds[name].push(timeOf(decode, batches));
  return Object.fromEntries(Object.entries(rounds).map(([name, times]) => [name, median(times.slice(2))]));
}

function timeOf(decode, batches) {
  const repeats = 6;
  const started = process.hrtime.bigint();
  for (let repeat = 0; repeat < repeats; repeat += 1) for (const batch of batches) decode(batch);
  return Number(process.hrtime.bigint() - started) / 1000 / (repeats * batches.length * SPANS);
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await run());
