/** Large requests are written in parts, between which the others' are written. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { UnavailableError } from "../../../src/model/errors.ts";
import { encodeLogRecords, encodeSpans } from "../../../src/otlp/encode-records.ts";
import { openWriter } from "../../../src/stores/sqlite/open-database.ts";
import { createWriteOperations } from "../../../src/stores/sqlite/write-operations.ts";
import { agentLogRecord, agentSpan, attributes, randomSpanId, randomTraceId } from "../../support/agent-spans.ts";
import { startTestStore, type TestStore } from "../../support/sqlite-store.ts";

const project = "default";
const KIBIBYTE = 1024;
const text = (size: number) => attributes({ text: "x".repeat(size) });
const spansOf = (count: number, size: number) =>
  Array.from({ length: count }, (_, number) => agentSpan({ name: `span ${number}`, attributes: text(size) }));

describe("a large request", () => {
  let started: TestStore;
  beforeEach(async () => {
    started = await startTestStore();
  });
  afterEach(async () => started.destroy());

  const countOf = (table: string): unknown => {
    const db = new Database(join(started.dataDir, "turnwise.db"), { readonly: true });
    const count = db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
    db.close();
    return count;
  };

  test("is on disk as a whole when it is answered", async () => {
    const spans = spansOf(50, 100 * KIBIBYTE);
    await started.store.writeSpans(encodeSpans(spans), { project });
    expect([countOf("spans"), started.counted("turnwise_store_commits")]).toEqual([50, 5]);
    await started.store.writeSpans(encodeSpans(spans), { project });
    expect(countOf("spans")).toBe(50);
  });

  test("of many small spans is written in parts, too", async () => {
    await started.store.writeSpans(encodeSpans(spansOf(5000, 0)), { project });
    expect([countOf("spans"), started.counted("turnwise_store_commits")]).toEqual([5000, 3]);
  });

  test("does not hold up small ones, which are answered between its parts", async () => {
    const answered: string[] = [];
    const large = started.store
      .writeSpans(encodeSpans(spansOf(100, 100 * KIBIBYTE)), { project })
      .then(() => answered.push("large"));
    while (answered.length < 5)
      await started.store.writeSpans(encodeSpans(spansOf(1, 0)), { project }).then(() => answered.push("small"));
    expect(answered).not.toContain("large");
    await large;
    expect(countOf("spans")).toBe(105);
  });

  test("does not have small ones refused, and larger ones wait in a line of their own", async () => {
    const { store } = await startWith({ max_queued_mib: 2 });
    const large = encodeSpans(spansOf(30, 50 * KIBIBYTE));
    const first = store.writeSpans(large, { project });
    await expect(store.writeSpans(large, { project })).rejects.toBeInstanceOf(UnavailableError);
    await store.writeSpans(encodeSpans(spansOf(1, 100)), { project });
    await first;
    await store.writeSpans(large, { project });
  });

  test("joins a trace that names its conversation only in a later part", async () => {
    const traceId = randomTraceId();
    const plain = Array.from({ length: 20 }, () => agentSpan({ traceId, attributes: text(100 * KIBIBYTE) }));
    const named = agentSpan({ traceId, attributes: attributes({ "session.id": "c" }) });
    await started.store.writeSpans(encodeSpans([...plain, named]), { project });
    const { sessions } = await started.store.findSessions({ project, limit: 9 });
    expect(sessions).toMatchObject([{ conversationId: "c" }]);
  });

  test("of log records keeps equal ones in different parts apart, and sending it again changes nothing", async () => {
    const [traceId, spanId] = [randomTraceId(), randomSpanId()];
    const equal = Array.from({ length: 5 }, () => agentLogRecord({ traceId, spanId, attributes: text(1) }));
    const filling = Array.from({ length: 4 }, (_, number) =>
      agentLogRecord({ traceId, spanId, attributes: text(800 * KIBIBYTE + number) }),
    );
    const records = equal.flatMap((record, number) => [record, ...filling.slice(number, number + 1)]);
    for (let time = 0; time < 2; time += 1) {
      await started.store.writeLogRecords(encodeLogRecords(records), { project });
      expect(countOf("log_records")).toBe(9);
    }
  });

  async function startWith(config: { max_queued_mib: number }): Promise<TestStore> {
    const other = await startTestStore(undefined, config);
    onTestFinished(other.destroy);
    return other;
  }
});

test("a part of a request that is written twice notes its equal records once", () => {
  const folder = mkdtempSync(join(tmpdir(), "turnwise-test-"));
  const db = openWriter(join(folder, "turnwise.db"));
  const { operations, forget } = createWriteOperations(
    { db, now: Date.now, notify: () => undefined, onDamage: () => undefined },
    [],
  );
  const record = agentLogRecord({ traceId: randomTraceId(), spanId: randomSpanId() });
  const encoded = encodeLogRecords([record]);
  const write = (request: string, number: number): void =>
    operations.writeLogRecords(encoded, project, { request, number });
  const count = (): unknown => db.prepare("SELECT count(*) FROM log_records").pluck().get();
  db.exec("BEGIN");
  write("first", 0);
  db.exec("ROLLBACK");
  forget();
  write("first", 0);
  expect(count()).toBe(1);
  write("first", 1);
  write("first", 1);
  write("first", 2);
  expect(count()).toBe(3);
  for (const number of [0, 1, 2]) write("again", number);
  expect(count()).toBe(3);
  db.close();
  rmSync(folder, { recursive: true });
});
