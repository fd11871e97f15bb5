/** What this store promises of its sending queues beyond the contract: nothing damaged is sent, nothing acknowledged is lost. */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, describe, expect, test } from "vitest";
import type { QueuedRequest } from "../../../src/component/sending-queue.ts";
import { UnavailableError } from "../../../src/model/errors.ts";
import { createQueueClient, SLICE_BYTES } from "../../../src/stores/sqlite/queue-client.ts";
import { createReadQueue } from "../../../src/stores/sqlite/read-queue.ts";
import { openReader, PAGE_SIZE } from "../../../src/stores/sqlite/open-database.ts";
import { sqliteStore } from "../../../src/stores/sqlite.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { startTestStore, type TestStore } from "../../support/sqlite-store.ts";

const open: TestStore[] = [];
afterEach(async () => {
  for (const test of open.splice(0).toReversed()) await test.destroy();
});

async function start(dataDir?: string): Promise<TestStore> {
  const started = await startTestStore(dataDir);
  open.push(started);
  return started;
}

const request = (bytes: Uint8Array = Buffer.from("a request")): QueuedRequest => ({
  project: "default",
  signal: "traces",
  count: 1,
  bytes,
});

/** Does something to the database behind the store's back. */
function tamper({ dataDir }: TestStore, sql: string): void {
  const db = new Database(join(dataDir, "turnwise.db"));
  db.exec(sql);
  db.close();
}

function count({ dataDir }: TestStore, sql: string): unknown {
  const db = new Database(join(dataDir, "turnwise.db"), { readonly: true });
  const found = db.prepare(sql).pluck().get();
  db.close();
  return found;
}

describe("a sending queue in SQLite", () => {
  test("is as it was when the store is started again, also what is parked", async () => {
    const first = await start();
    const queue = first.store.sendingQueueOf("otlp_http");
    const bytes = randomBytes(2 * SLICE_BYTES + 1);
    await queue.put(request(bytes));
    await queue.put(request());
    await queue.put(request());
    const item = await queue.next(0);
    await queue.retried(item!);
    await queue.park((await queue.next(item!.id))!, "broken");
    await first.store.shutdown?.();

    const second = (await start(first.dataDir)).store.sendingQueueOf("otlp_http");
    expect(await second.size()).toMatchObject({ requests: 2 });
    expect(await second.next(0)).toEqual({ ...item, attempts: 1 });
    const stored = await second.read(item!);
    expect("bytes" in stored && bytes.equals(stored.bytes)).toBe(true);
    expect(count(first, "SELECT parked FROM queue_items WHERE parked IS NOT NULL")).toBe("broken");
  });

  test("is told of at the start when something waits in it and its exporter is not configured any more", async () => {
    const first = await start();
    await first.store.sendingQueueOf("otlp_http/renamed").put(request());
    await first.store.sendingQueueOf("otlp_http/used").put(request());
    await first.store.sendingQueueOf("otlp_http/empty").size();
    await first.store.shutdown?.();
    const logger = recordingLogger();
    const context = { id: "default", logger, telemetry: { count() {}, gauge() {} }, conversationKeys: [] };
    const second = sqliteStore.create(sqliteStore.configSchema.parse({ data_dir: first.dataDir }), context);
    second.sendingQueueOf("otlp_http/used");
    await second.start?.();
    await second.shutdown?.();
    expect(logger.lines.filter(({ level }) => level === "warn")).toEqual([
      {
        level: "warn",
        fields: { exporter: "otlp_http/renamed", requests: 1 },
        message: "requests wait to be sent by an exporter that is not configured",
      },
    ]);
  });

  test.each([
    [
      "a changed byte",
      "UPDATE queue_slices SET bytes = replace(bytes, 'request', 'REQUEST')",
      "the bytes have changed",
    ],
    ["no bytes", "DELETE FROM queue_slices", "0 of 9 bytes are there"],
    ["a size that is not theirs", "UPDATE queue_items SET size = 8", "9 of 8 bytes are there"],
  ])("says so of an item with %s", async (_, sql, damage) => {
    const test = await start();
    const queue = test.store.sendingQueueOf("otlp_http");
    await queue.put(request());
    tamper(test, sql);
    expect(await queue.read((await queue.next(0))!)).toEqual({ damage });
  });

  test("says so of an item on a page that SQLite cannot make sense of, and reads the others", async () => {
    const test = await start();
    const queue = test.store.sendingQueueOf("otlp_http");
    await queue.put(request(Buffer.alloc(300_000, "damaged.")));
    await queue.put(request(Buffer.alloc(300_000, "sound...")));
    const [damaged, sound] = [(await queue.next(0))!, (await queue.next(1))!];
    await test.store.shutdown?.();
    const file = join(test.dataDir, "turnwise.db");
    const bytes = readFileSync(file);
    // The first four bytes of an overflow page are the number of the next one; all else is what it holds.
    const filled = Array.from({ length: bytes.length / PAGE_SIZE }, (_, number) => number * PAGE_SIZE).filter(
      (at) =>
        bytes.indexOf("damaged.", at + 4) < at + 12 &&
        bytes.lastIndexOf("damaged.", at + PAGE_SIZE) > at + PAGE_SIZE - 24,
    );
    const page = filled[8] ?? 0;
    expect(bytes.toString("latin1", page + 8, page + 80)).toContain("damaged.");
    writeFileSync(file, bytes.fill(0xff, page, page + 4));
    const db = openReader(file);
    const read = createReadQueue(db);
    expect(read.readQueueItem(damaged)).toEqual({ damage: "SQLITE_CORRUPT" });
    expect("bytes" in read.readQueueItem(sound)).toBe(true);
    expect(read.nextQueueItem("otlp_http", 0)).toEqual(damaged);
    db.close();
  });

  test("drops at its start what was not put to its end", async () => {
    const first = await start();
    await first.store.sendingQueueOf("otlp_http").put(request());
    tamper(first, "INSERT INTO queue_slices (body_no, checksum, bytes) VALUES (99, 0, x'00')");
    await first.store.shutdown?.();
    await start(first.dataDir);
    expect(count(first, "SELECT count(*) FROM queue_slices")).toBe(1);
    expect(count(first, "SELECT count(*) FROM queue_items")).toBe(1);
  });

  test("drops what it could not put to its end, and fails", async () => {
    const written: string[] = [];
    const failing = createQueueClient(
      {
        async write(name) {
          written.push(name);
          if (written.length === 2) throw new UnavailableError("disk full");
          return 7 as never;
        },
        read: () => Promise.reject(new Error("not asked")),
        onDecision: () => undefined,
      },
      "otlp_http",
    );
    await expect(failing.put(request(randomBytes(3 * SLICE_BYTES)))).rejects.toThrow("disk full");
    expect(written).toEqual(["writeQueueSlice", "writeQueueSlice", "dropQueueBody"]);
  });

  test("refuses when too much waits for the disk, and takes again after that", async () => {
    const queue = (await start()).store.sendingQueueOf("otlp_http");
    const large = request(Buffer.alloc(40 * SLICE_BYTES));
    const puts = await Promise.allSettled([queue.put(large), queue.put(large), queue.put(request())]);
    expect(puts.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((puts[1] as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
    await queue.put(large);
    expect(await queue.size()).toMatchObject({ requests: 3 });
  });

  test("throws UnavailableError when the store is not running", async () => {
    const test = await start();
    const queue = test.store.sendingQueueOf("otlp_http");
    await test.store.shutdown?.();
    await expect(queue.put(request())).rejects.toBeInstanceOf(UnavailableError);
    await expect(queue.next(0)).rejects.toBeInstanceOf(UnavailableError);
  });
});
