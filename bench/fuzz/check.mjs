// What must hold for any bytes. Each check throws when it does not.
import { gzipSync } from "node:zlib";
import { decodeLogRecords, decodeSpans } from "../../dist/otlp/decode-records.js";
import { encodeLogRecords, encodeSpans } from "../../dist/otlp/encode-records.js";
import { indexLogRecords, indexSpans } from "../../dist/otlp/index-records.js";
import { decodeJsonLogRecords, decodeJsonSpans } from "../../dist/otlp/json-request.js";
import { MalformedError } from "../../dist/otlp/malformed-error.js";
import { toJsonRequest } from "../../dist/otlp/to-json-request.js";
import { otlpReceiver } from "../../dist/receivers/otlp/otlp-receiver.js";
import { buildSessions } from "../../dist/session/build-sessions.js";

/** Longer than this for one request, and a sender could keep everybody waiting. */
const MAX_MS = 5000;
const STATUSES = [200, 400, 413, 415];

const codecs = {
  traces: { index: indexSpans, decode: decodeSpans, encode: encodeSpans, decodeJson: decodeJsonSpans },
  logs: {
    index: indexLogRecords,
    decode: decodeLogRecords,
    encode: encodeLogRecords,
    decodeJson: decodeJsonLogRecords,
  },
};

/**
 * Reads a request as the server would, up to its sessions. Returns false when it is malformed, which is the only error that
 * may be; throws what else is wrong: another error, an encoding that is not stable, too much time.
 */
export function checkRequest({ signal, encoding, body }) {
  const started = performance.now();
  const { index, decode, encode, decodeJson } = codecs[signal];
  let records;
  try {
    records = encoding === "json" ? decodeJson(body).records : decode(index(body).encoded);
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
  checkStable(encode(records), codecs[signal]);
  const [spans, logRecords] = signal === "traces" ? [records, []] : [[], records];
  JSON.stringify(toJsonRequest(spans, logRecords));
  JSON.stringify(buildSessions({ spans, logRecords }), (_, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
  const took = performance.now() - started;
  if (took > MAX_MS) throw new Error(`it took ${Math.round(took)} ms`);
  return true;
}

/** What was accepted is written, read and written again: the same bytes, and no record rejected. */
function checkStable(encoded, { index, decode, encode }) {
  const { encoded: indexed, rejected } = index(encoded.bytes);
  if (rejected > 0) throw new Error("what we encoded is rejected");
  const again = encode(decode(indexed));
  if (!Buffer.from(again.bytes).equals(Buffer.from(encoded.bytes))) throw new Error("encoded again it is not the same");
}

/** Objects that everything shares. */
export function checkPrototypes() {
  for (const { prototype } of [Object, Array, Function, String, Map])
    if ("polluted" in prototype || Object.keys(prototype).length > 0)
      throw new Error("a shared prototype was written to");
}

/** A real receiver whose pipelines drop everything. `check` sends a request as it is or compressed, and looks at the status. */
export async function startReceiver() {
  const silent = { debug() {}, info() {}, warn() {}, error: (_, message) => errors.push(message) };
  const errors = [];
  const entry = { admit() {}, deliver: async () => undefined };
  const config = otlpReceiver.configSchema.parse({ protocols: { http: { endpoint: "127.0.0.1:0" } } });
  const telemetry = { count() {}, gauge() {} };
  const pipelines = { traces: entry, logs: entry, metrics: entry };
  const authenticatorOf = () => undefined;
  const receiver = otlpReceiver.create(config, { id: "otlp", logger: silent, telemetry, pipelines, authenticatorOf });
  await receiver.start();
  const [url] = receiver.urls();
  return {
    async check({ signal, encoding, body }, random) {
      const type = encoding === "json" ? "application/json" : "application/x-protobuf";
      const coding = ["identity", "gzip", "gzip", "deflate", "zstd"][Math.floor(random() * 5)];
      const isSound = random() < 0.5;
      const answer = await fetch(`${url}/v1/${signal}`, {
        method: "POST",
        headers: { "content-type": type, "content-encoding": coding },
        body: coding === "gzip" && isSound ? gzipSync(body) : body,
      });
      await answer.arrayBuffer();
      if (!STATUSES.includes(answer.status)) throw new Error(`the receiver answers ${answer.status}`);
      if (errors.length > 0) throw new Error(`the receiver logs an error: ${errors[0]}`);
    },
    stop: async () => receiver.shutdown(),
  };
}
