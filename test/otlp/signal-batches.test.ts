import { describe, expect, test } from "vitest";
import { PermanentError } from "../../src/model/errors.ts";
import { encodeLogRecords, encodeSpans } from "../../src/otlp/encode-records.ts";
import { createLogBatch, createSpanBatch } from "../../src/otlp/signal-batches.ts";
import { logRecordWith, spanWith } from "../support/records.ts";

const spans = [spanWith({ name: "a" }), spanWith({ name: "b", spanId: "00f067aa0ba902b7" })];
const logRecords = [logRecordWith({ body: "a" })];

describe("a batch of bytes", () => {
  test("is decoded once, when asked", () => {
    const batch = createSpanBatch({ encoded: encodeSpans(spans) });
    expect(batch.count).toBe(2);
    expect(batch.spans()).toEqual(spans);
    expect(batch.spans()).toBe(batch.spans());
    const logs = createLogBatch({ encoded: encodeLogRecords(logRecords) });
    expect(logs.count).toBe(1);
    expect(logs.logRecords()).toEqual(logRecords);
    expect(logs.logRecords()).toBe(logs.logRecords());
  });
});

describe("a batch of records", () => {
  test("is encoded once, when asked", () => {
    const batch = createSpanBatch({ spans });
    expect(batch.count).toBe(2);
    expect(batch.spans()).toBe(spans);
    expect(batch.encoded).toEqual(encodeSpans(spans));
    expect(batch.encoded).toBe(batch.encoded);
    const logs = createLogBatch({ logRecords });
    expect(logs.count).toBe(1);
    expect(logs.logRecords()).toBe(logRecords);
    expect(logs.encoded).toEqual(encodeLogRecords(logRecords));
    expect(logs.encoded).toBe(logs.encoded);
  });

  test("that cannot be encoded will not be better when it is sent again", () => {
    expect(() => createSpanBatch({ spans: [spanWith({ traceId: "" })] }).encoded).toThrow(PermanentError);
    const attributes = new Map(Array.from({ length: 60_000 }, (_, index) => [`k${index}`, true]));
    expect(() => createLogBatch({ logRecords: [logRecordWith({ attributes })] }).encoded).toThrow(PermanentError);
  });
});
