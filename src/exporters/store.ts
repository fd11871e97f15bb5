/** Writes spans and agents' log records into a store. Resolves when they are on disk, which is what the sender waits for. */
import { z } from "zod";
import type { Exporter, ExporterFactory } from "../component/exporter.ts";
import type { Store } from "../component/store.ts";
import { isAgentLogRecord } from "../dialects/agent-log-record.ts";
import type { EncodedRecords, LogBatch } from "../model/signal-batch.ts";

const configSchema = z.strictObject({
  /** The name of a configured store. */
  store: z.string().default("default"),
});

/** The same bytes with fewer records listed: what is not listed does not exist for the store. */
function agentLogRecords(batch: LogBatch): EncodedRecords {
  const { records } = batch.encoded;
  const kept = batch.logRecords().flatMap((record, index) => (isAgentLogRecord(record) ? [index] : []));
  if (kept.length === batch.count) return batch.encoded;
  return {
    ...batch.encoded,
    records: Uint32Array.from(kept.flatMap((index) => [...records.subarray(index * 3, index * 3 + 3)])),
  };
}

export function createStoreExporter(store: Store): Exporter {
  return {
    async export(batch, context) {
      if (batch.signal === "traces") await store.writeSpans(batch.encoded, context);
      if (batch.signal !== "logs") return; // metrics are counted by the pipeline and not kept
      const encoded = agentLogRecords(batch);
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
