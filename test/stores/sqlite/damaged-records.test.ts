/** Bits that flip in what is stored: found when it is read, told once, and the rest is there. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import type { SessionFacts } from "../../../src/component/store.ts";
import type { LogRecord, Span } from "../../../src/model/span.ts";
import { encodeLogRecords, encodeSpans } from "../../../src/otlp/encode-records.ts";
import { openWriter } from "../../../src/stores/sqlite/open-database.ts";
import { createReadFacts } from "../../../src/stores/sqlite/read-facts.ts";
import { createWriteOperations } from "../../../src/stores/sqlite/write-operations.ts";
import {
  agentLogRecord,
  agentSpan,
  attributes,
  type Message,
  modelCall,
  randomSpanId,
  randomTraceId,
} from "../../support/agent-spans.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { createTestStore, temporaryFolder, type TestStore } from "../../support/sqlite-store.ts";

const project = "default";
const named = attributes({ "session.id": "s" });

const open: TestStore[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.destroy();
});

async function openStore() {
  const created = createTestStore();
  open.push(created);
  const { store, dataDir } = created;
  await store.start?.();
  const idOf = async (): Promise<string> => (await store.findSessions({ project, limit: 1 })).sessions[0]!.id;
  const db = new Database(join(dataDir, "turnwise.db"), { timeout: 5000 });
  onTestFinished(() => void db.close());
  return {
    store,
    db,
    write: async (...spans: readonly Span[]) => store.writeSpans(encodeSpans(spans), { project }),
    writeLogs: async (...records: readonly LogRecord[]) =>
      store.writeLogRecords(encodeLogRecords(records), { project }),
    read: async (): Promise<SessionFacts> => store.readFacts({ project, id: await idOf() }),
  };
}

/** Turns one bit of the stored value over, as a disk does. */
function flip(db: Database.Database, table: string, column: string, row: number, bit = 77): void {
  const bytes = db.prepare<[number], Buffer>(`SELECT ${column} FROM ${table} WHERE rowid = ?`).pluck().get(row)!;
  bytes[bit >> 3]! ^= 1 << (bit & 7);
  expect(db.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(bytes, row).changes).toBe(1);
}

const numbersIn = (db: Database.Database, table: string): number[] =>
  db.prepare<[], number>(`SELECT rowid FROM ${table} ORDER BY rowid`).pluck().all();

/** Model calls of one conversation: each repeats the history, so that all but the first are stored as deltas. */
function conversation(calls: number): Span[] {
  const history: Message[] = Array.from({ length: 2 * calls }, (_, at) => ({
    role: at % 2 === 0 ? "user" : "assistant",
    content: `message ${at} ${"word ".repeat(200)}`,
  }));
  const traceId = randomTraceId();
  return Array.from({ length: calls }, (_, at) => {
    const call = modelCall(history.slice(0, 2 * at + 1), { traceId, startSecond: at });
    return { ...call, attributes: new Map([...call.attributes, ...named]) };
  });
}

describe("a span that is damaged", () => {
  test("is left out and told with its ids, once, whoever reads it", async () => {
    const { store, db, write, read } = await openStore();
    const spans = [1, 2, 3].map((startSecond) => agentSpan({ attributes: named, startSecond }));
    await write(...spans);
    flip(db, "spans", "payload", numbersIn(db, "spans")[1]!);
    const facts = await read();
    expect(facts.spans).toEqual([spans[0], spans[2]]);
    const { traceId, spanId } = spans[1]!;
    expect(facts.damaged).toEqual([{ kind: "span", number: numbersIn(db, "spans")[1], traceId, spanId }]);
    await read();
    await expect.poll(() => store.damages?.()).toBe(1);
    await read();
    expect(store.damages?.()).toBe(1);
  });

  test("is not told of where nothing is", async () => {
    const { store, write, writeLogs, read } = await openStore();
    const span = agentSpan({ attributes: named });
    await write(span, ...conversation(4));
    await writeLogs(agentLogRecord({ traceId: span.traceId, spanId: randomSpanId() }));
    expect(await read()).not.toHaveProperty("damaged");
    expect(store.damages?.()).toBe(0);
  });

  test("takes those with it that are stored as a difference to it, and no others", async () => {
    const { db, write, read } = await openStore();
    const spans = conversation(5);
    for (const span of spans) await write(span);
    const bases = db.prepare<[], number | null>("SELECT base_no FROM spans ORDER BY span_no").pluck().all();
    expect(bases.filter((base) => base !== null)).toHaveLength(4);
    flip(db, "spans", "payload", numbersIn(db, "spans")[2]!);
    const facts = await read();
    expect(facts.spans).toEqual(spans.slice(0, 2));
    expect(facts.damaged?.map(({ spanId }) => spanId)).toEqual(spans.slice(2).map(({ spanId }) => spanId));
  });

  test("is whole again when it is sent again, and so are they", async () => {
    const { db, write, read } = await openStore();
    const spans = conversation(5);
    for (const span of spans) await write(span);
    flip(db, "spans", "payload", numbersIn(db, "spans")[2]!);
    await write(spans[2]!);
    expect((await read()).damaged).toHaveLength(2);
    await write(spans[4]!, spans[3]!);
    const facts = await read();
    expect(facts).not.toHaveProperty("damaged");
    expect(new Set(facts.spans)).toEqual(new Set(spans));
  });

  test("is found by the number of its base, too", async () => {
    const { db, write, read } = await openStore();
    const spans = conversation(5);
    for (const span of spans) await write(span);
    const [first, , , , last] = numbersIn(db, "spans");
    db.prepare("UPDATE spans SET base_no = ? WHERE span_no = ?").run(first, last);
    expect((await read()).damaged?.map(({ spanId }) => spanId)).toEqual([spans[4]!.spanId]);
  });

  test("lets its session be deleted", async () => {
    const { store, db, write } = await openStore();
    for (const span of conversation(3)) await write(span);
    flip(db, "spans", "payload", numbersIn(db, "spans")[0]!);
    const [session] = (await store.findSessions({ project, limit: 1 })).sessions;
    expect(await store.deleteSession({ project, id: session!.id })).toBe(true);
    expect(numbersIn(db, "spans")).toEqual([]);
  });

  test("is found whichever bit it is, and nothing throws", () => {
    const folder = temporaryFolder();
    const db = openWriter(join(folder, "turnwise.db"));
    onTestFinished(() => {
      db.close();
      rmSync(folder, { recursive: true });
    });
    const context = { db, now: Date.now, notify: () => undefined, onDamage: () => undefined };
    const { operations } = createWriteOperations(context, ["session.id"]);
    const spans = conversation(3);
    for (const span of spans) operations.writeSpans(encodeSpans([span]), project);
    const id = db.prepare<[], string>("SELECT session_id FROM sessions").pluck().get()!;
    const reading = createReadFacts(db);
    const random = seededRandom(1);
    for (const [at, row] of numbersIn(db, "spans").entries()) {
      const bits =
        8 * db.prepare<[number], number>("SELECT length(payload) FROM spans WHERE span_no = ?").pluck().get(row)!;
      for (let time = 0; time < 60; time += 1) {
        const bit = Math.floor(random() * bits);
        flip(db, "spans", "payload", row, bit);
        expect(reading.readFacts({ project, id }).spans).toEqual(spans.slice(0, at));
        flip(db, "spans", "payload", row, bit);
      }
    }
    expect(reading.readFacts({ project, id }).spans).toEqual(spans);
  });
});

describe("what is damaged beside the spans", () => {
  test("is left out when it is a log record", async () => {
    const { store, db, write, writeLogs, read } = await openStore();
    const { traceId, spanId, ...span } = agentSpan({ attributes: named });
    await write({ traceId, spanId, ...span });
    const records = ["a", "b"].map((body) => agentLogRecord({ traceId, spanId, body }));
    await writeLogs(...records);
    flip(db, "log_records", "payload", numbersIn(db, "log_records")[0]!);
    const facts = await read();
    expect(facts.logRecords).toEqual([records[1]]);
    expect(facts.damaged).toEqual([{ kind: "log_record", number: numbersIn(db, "log_records")[0], traceId }]);
    await expect.poll(() => store.damages?.()).toBe(1);
  });

  test.each([
    ["resource", "resources"],
    ["scope", "scopes"],
  ] as const)("leaves spans without it when it is a %s", async (kind, table) => {
    const { db, write, read } = await openStore();
    const spans = [1, 2].map((startSecond) => agentSpan({ attributes: named, startSecond }));
    await write(...spans);
    flip(db, table, "body", numbersIn(db, table)[0]!, 30);
    const facts = await read();
    expect(facts.spans.map(({ spanId, attributes: own }) => [spanId, own])).toEqual(
      spans.map(({ spanId, attributes: own }) => [spanId, own]),
    );
    expect(facts.spans.map((span) => span[kind].attributes.size)).toEqual([0, 0]);
    expect(facts.damaged).toEqual([{ kind, number: numbersIn(db, table)[0] }]);
  });
});
