import { describe, expect, test } from "vitest";
import type { EncodedRecords } from "../../src/model/signal-batch.ts";
import { createStoreExporter, storeExporter } from "../../src/exporters/store.ts";
import { decodeLogRecords } from "../../src/otlp/decode-records.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { UnavailableError } from "../../src/model/errors.ts";
import { logRecordWith, spanWith } from "../support/records.ts";
import { storeWith } from "../support/store-with.ts";

const context = { project: "default" };

/** The writing half of a store, which is all that the exporter uses. */
function recordingStore(write = async (): Promise<void> => undefined) {
  const spans: EncodedRecords[] = [];
  const logRecords: EncodedRecords[] = [];
  const store = storeWith({
    async writeSpans(encoded) {
      await write();
      spans.push(encoded);
    },
    async writeLogRecords(encoded) {
      await write();
      logRecords.push(encoded);
    },
  });
  return { store, spans, logRecords };
}

describe("the store exporter", () => {
  test("hands spans to the store as they came", async () => {
    const { store, spans } = recordingStore();
    const encoded = encodeSpans([spanWith({})]);
    await createStoreExporter(store).export(createSpanBatch({ encoded }), context);
    expect(spans).toEqual([encoded]);
    expect(spans[0]?.bytes).toBe(encoded.bytes);
  });

  test("resolves only when the store has the spans", async () => {
    let commit: () => void = () => undefined;
    const { store } = recordingStore(() => new Promise((resolve) => (commit = resolve)));
    let done = false;
    const exporting = createStoreExporter(store)
      .export(createSpanBatch({ encoded: encodeSpans([spanWith({})]) }), context)
      .then(() => (done = true));
    await new Promise(setImmediate);
    expect(done).toBe(false);
    commit();
    await exporting;
    expect(done).toBe(true);
  });

  test("keeps agents' log records only, without copying the bytes", async () => {
    const { store, logRecords } = recordingStore();
    const encoded = encodeLogRecords([
      logRecordWith({ body: "noise" }),
      logRecordWith({ eventName: "gen_ai.choice", body: "kept 1" }),
      logRecordWith({ body: "more noise" }),
      logRecordWith({ attributes: new Map([["gen_ai.system", "openai"]]), body: "kept 2" }),
    ]);
    await createStoreExporter(store).export(createLogBatch({ encoded }), context);
    expect(logRecords).toHaveLength(1);
    expect(logRecords[0]?.bytes).toBe(encoded.bytes);
    expect(decodeLogRecords(logRecords[0]!).map(({ body }) => body)).toEqual(["kept 1", "kept 2"]);
  });

  test("passes a batch of nothing but agents' records on as it is", async () => {
    const { store, logRecords } = recordingStore();
    const encoded = encodeLogRecords([logRecordWith({ eventName: "gen_ai.choice" })]);
    await createStoreExporter(store).export(createLogBatch({ encoded }), context);
    expect(logRecords[0]).toBe(encoded);
  });

  test("writes nothing for logs without agents' records and for metrics", async () => {
    const { store, spans, logRecords } = recordingStore();
    const exporter = createStoreExporter(store);
    await exporter.export(createLogBatch({ encoded: encodeLogRecords([logRecordWith({})]) }), context);
    await exporter.export({ signal: "metrics", count: 7 }, context);
    expect([...spans, ...logRecords]).toEqual([]);
  });

  test("lets the store's refusal through", async () => {
    const { store } = recordingStore(() => Promise.reject(new UnavailableError("disk full")));
    const batch = createSpanBatch({ encoded: encodeSpans([spanWith({})]) });
    await expect(createStoreExporter(store).export(batch, context)).rejects.toThrow(UnavailableError);
  });

  test("writes to the store named default unless told otherwise", () => {
    expect(storeExporter.configSchema.parse({})).toEqual({ store: "default" });
    expect(storeExporter.configSchema.safeParse({ stor: "x" }).success).toBe(false);
  });
});
