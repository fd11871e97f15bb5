import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { logChecksum, NO_CHECKSUM } from "../../../src/stores/sqlite/log-checksum.ts";
import { FRAME_HEAD_BYTES, LOG_HEAD_BYTES, LOG_MAGIC, readLog } from "../../../src/stores/sqlite/log-file.ts";
import { readLogIndex } from "../../../src/stores/sqlite/log-index.ts";
import { openWriter, PAGE_SIZE } from "../../../src/stores/sqlite/open-database.ts";
import { temporaryFolder } from "../../support/sqlite-store.ts";

/** The files of a database that is open, after so many commits of one page each. */
function openDatabase(commits: number): string {
  const folder = temporaryFolder();
  const file = join(folder, "turnwise.db");
  const db = openWriter(file);
  onTestFinished(() => {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });
  for (let number = 1; number <= commits; number += 1) db.pragma(`user_version = ${number}`);
  return file;
}

test("a log and its index agree with SQLite on what is in it", () => {
  const file = openDatabase(3);
  const index = readLogIndex(`${file}-shm`);
  const log = readLog(`${file}-wal`, undefined);
  expect(log?.head).toEqual({ pageSize: PAGE_SIZE, isLittleEndian: true, salts: index?.salts });
  expect(index).toMatchObject({ pageSize: PAGE_SIZE, isLittleEndian: true, copied: 0 });
  expect(log?.frames).toHaveLength(index?.frames ?? 0);
  expect(log?.frames.every(({ isCurrent, isWhole }) => isCurrent && isWhole)).toBe(true);
  expect(log?.frames.slice(-3).map(({ page, databasePages }) => [page, databasePages > 0])).toEqual([
    [1, true],
    [1, true],
    [1, true],
  ]);
});

test("a log that was written on a machine with the other order of bytes is read as well", () => {
  const file = openDatabase(2);
  const bytes = new DataView(new Uint8Array(readFileSync(`${file}-wal`)).buffer);
  const write = (at: number, [first, second]: readonly [number, number]): readonly [number, number] => {
    bytes.setUint32(at, first);
    bytes.setUint32(at + 4, second);
    return [first, second];
  };
  bytes.setUint32(0, LOG_MAGIC | 1);
  let checksum = write(24, logChecksum(bytes, 0, 24, false, NO_CHECKSUM));
  for (let at = LOG_HEAD_BYTES; at < bytes.byteLength; at += FRAME_HEAD_BYTES + PAGE_SIZE) {
    const head = logChecksum(bytes, at, at + 8, false, checksum);
    const page = at + FRAME_HEAD_BYTES;
    checksum = write(at + 16, logChecksum(bytes, page, page + PAGE_SIZE, false, head));
  }
  const copy = join(file, "..", "copy-wal");
  writeFileSync(copy, Buffer.from(bytes.buffer));
  const log = readLog(copy, undefined);
  expect(log?.head?.isLittleEndian).toBe(false);
  expect(log?.frames.every(({ isWhole }) => isWhole)).toBe(true);
});

test.each([
  ["is not there", undefined],
  ["is empty", Buffer.alloc(0)],
  ["has a head and no frame", Buffer.alloc(LOG_HEAD_BYTES)],
])("a log that %s is none", (_, bytes) => {
  const folder = temporaryFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "wal");
  if (bytes !== undefined) writeFileSync(file, bytes);
  expect(readLog(file, undefined)).toBeUndefined();
  expect(readLogIndex(file)).toBeUndefined();
});
