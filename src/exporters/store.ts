/** Writes spans and agents' log records into a store. Resolves when they are on disk, which is what the sender waits for. */
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import type { Exporter, ExporterFactory } from "../component/exporter.ts";
import type { Store } from "../component/store.ts";
import { isAgentLogRecord } from "../dialects/agent-log-record.ts";
import type { EncodedRecords, LogBatch } from "../model/signal-batch.ts";
import type { LogRecord } from "../model/span.ts";
import { decodeLogRecords } from "../otlp/decode-records.ts";
import { isOneSlice, sliceRecords } from "../otlp/slice-records.ts";

const configSchema = z.strictObject({
  /** The name of a configured store. */
  store: z.string().default("default"),
});

/** So many log records are looked at before others get their turn on this thread: some milliseconds' worth. */
const SLICE = { bytes: 256 * 1024, records: 500 };

/** The same bytes with fewer records listed: what is not listed does not exist for the store. */
async function agentLogRecords(batch: LogBatch): Promise<EncodedRecords> {
  const kept: number[] = [];
  let first = 0;
  for (const records of decodedInParts(batch)) {
    if (first > 0) await setImmediate();
    for (const [index, record] of records.entries()) if (isAgentLogRecord(record)) kept.push(first + index);
    first += records.length;
  }
  return kept.length === batch.count ? batch.encoded : withRecords(batch.encoded, kept);
}

/** What a small batch decodes it keeps, for others that ask; of a large one that would be too much. */
function* decodedInParts(batch: LogBatch): Generator<readonly LogRecord[], void, void> {
  if (isOneSlice(batch.encoded, SLICE)) yield batch.logRecords();
  else for (const slice of sliceRecords(batch.encoded, SLICE)) yield decodeLogRecords(slice);
}

function withRecords(encoded: EncodedRecords, kept: readonly number[]): EncodedRecords {
  const records = new Uint32Array(kept.length * 3);
  for (const [at, index] of kept.entries()) records.set(encoded.records.subarray(index * 3, index * 3 + 3), at * 3);
  return { ...encoded, records };
}

export function createStoreExporter(store: Store): Exporter {
  return {
    // Of log records only agents', and nothing of metrics.
    keeps: ({ signal }) => signal === "traces",
    async export(batch, context) {
      if (batch.signal === "traces") await store.writeSpans(batch.encoded, context);
      if (batch.signal !== "logs") return; // metrics are counted by the pipeline and not kept
      const encoded = await agentLogRecords(batch);
      if (encoded.records.length > 0) await store.writeLogRecords(encoded, context);
    },
  };
}

export const storeExporter: ExporterFactory<z.infer<typeof configSchema>> = {
  type: "store",
  description: "Keeps spans and agents' log records in a configured store, where sessions are built from them.",
  configSchema,
  create: (config, { storeOf }) => createStoreExporter(storeOf(config.store)),
};
