// Decoding of export requests against protobufjs on the same bytes: all spans as objects, with and without the walk that
// finds and checks them first, and what the store's writer does instead.
import { fileURLToPath, pathToFileURL } from "node:url";
import protobuf from "protobufjs";
import { decodeSpans } from "../dist/otlp/decode-records.js";
import { indexSpans } from "../dist/otlp/index-records.js";
import { readSpanHeader } from "../dist/otlp/span-header.js";
import { makeSpanBatch } from "./payload.mjs";

const BATCHES = 32;
const SPANS = 64;
const WARM_UP = 3;
const ROUNDS = 21;
const REPEATS = 4;
const PROTO = fileURLToPath(new URL("../test/fixtures/otlp/opentelemetry.proto", import.meta.url));
const KEYS = ["gen_ai.conversation.id", "session.id", "langfuse.session.id"];

/** One row a decoder: CPU microseconds a span, and how many times as fast as protobufjs; medians over the rounds. */
export async function run() {
  const batches = Array.from({ length: BATCHES }, (_, seed) => Buffer.from(makeSpanBatch({ seed })));
  const indexed = new Map(batches.map((bytes) => [bytes, indexSpans(bytes).encoded]));
  const request = protobuf.loadSync(PROTO).lookupType("otlp.ExportTraceServiceRequest");
  const decoders = {
    protobufjs: (bytes) => request.decode(bytes),
    "decodeSpans (indexed before)": (bytes) => decodeSpans(indexed.get(bytes)),
    "indexSpans + decodeSpans": (bytes) => decodeSpans(indexSpans(bytes).encoded),
    "indexSpans + readSpanHeader": (bytes) => readHeaders(indexSpans(bytes).encoded),
    indexSpans: (bytes) => indexSpans(bytes),
  };
  const rounds = Array.from({ length: WARM_UP + ROUNDS }, () =>
    Object.fromEntries(Object.entries(decoders).map(([name, decode]) => [name, timeOf(decode, batches)])),
  ).slice(WARM_UP);
  const timesProtobufjs = (name) => median(rounds.map((times) => times.protobufjs / times[name]));
  const microseconds = (name) => `${median(rounds.map((times) => times[name])).toFixed(2)} us/span`;
  return [
    { name: "protobufjs decodes", value: microseconds("protobufjs") },
    { name: "decode / protobufjs, same bytes", value: timesProtobufjs("decodeSpans (indexed before)"), goal: ">= 2" },
    { name: "index and decode / protobufjs", value: timesProtobufjs("indexSpans + decodeSpans") },
    { name: "what ingest does of it / protobufjs", value: timesProtobufjs("indexSpans + readSpanHeader") },
    { name: "index alone", value: microseconds("indexSpans") },
  ];
}

function readHeaders({ bytes, records }) {
  for (let row = 0; row < records.length; row += 3) readSpanHeader(bytes, records[row], records[row + 1], KEYS);
}

/** CPU time, because the machine may be doing other things. */
function timeOf(decode, batches) {
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < REPEATS; repeat += 1) for (const batch of batches) decode(batch);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (REPEATS * batches.length * SPANS);
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await run());
