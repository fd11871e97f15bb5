/** A damaged log, byte by byte: what SQLite would drop in silence is had where it can be, and said where it cannot. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { StartError } from "../../../src/model/errors.ts";
import type { FoundDamage } from "../../../src/stores/sqlite/mend-log.ts";
import { openWriter, PAGE_SIZE } from "../../../src/stores/sqlite/open-database.ts";
import { temporaryFolder } from "../../support/sqlite-store.ts";

const FRAME = 24 + PAGE_SIZE;
const HEAD = 32;

const folders: string[] = [];
const newFolder = (): string => {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** One commit, of several pages. */
function commitRow(db: Database.Database, number: number): void {
  db.prepare("INSERT INTO resources (project_id, digest, schema_url, body) VALUES ('default', ?, '', ?)").run(
    Buffer.from(`row ${number}`),
    Buffer.alloc(20_000, number),
  );
}

/** The files as a `kill -9` at this moment leaves them. */
function snapshot(folder: string): string {
  const copy = temporaryFolder();
  for (const name of readdirSync(folder)) cpSync(join(folder, name), join(copy, name));
  return copy;
}

interface Opened {
  readonly rows: number;
  readonly damage: readonly FoundDamage[];
}

/** Opens as a start does. Rows are numbered from 1 without a gap, or there is an error. */
function open(folder: string): Opened {
  const damage: FoundDamage[] = [];
  const db = openWriter(join(folder, "turnwise.db"), (found) => void damage.push(found));
  const rows = db.prepare<[], [Buffer, Buffer]>("SELECT digest, body FROM resources ORDER BY resource_no").raw().all();
  for (const [index, [digest, body]] of rows.entries()) {
    expect(digest.toString()).toBe(`row ${index + 1}`);
    expect(body.equals(Buffer.alloc(20_000, index + 1))).toBe(true);
  }
  expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
  db.close();
  return { rows: rows.length, damage };
}

function openOrRefuse(folder: string): { said: string | undefined; isRefused: boolean } {
  try {
    return { said: open(folder).damage[0]?.message, isRefused: false };
  } catch (error) {
    if (error instanceof StartError) return { said: error.message, isRefused: true };
    throw error;
  }
}

const backups = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith(".backup"));

/** Two rows in the database file, then rows in the log that were copied to it too, then rows in the log only. */
function makeKilled({ copied, uncopied }: { copied: number; uncopied: number }): string {
  const folder = newFolder();
  const file = join(folder, "turnwise.db");
  const db = openWriter(file);
  let row = 0;
  const commit = (rows: number): void => {
    for (let index = 0; index < rows; index += 1) commitRow(db, (row += 1));
  };
  commit(2);
  db.pragma("wal_checkpoint(TRUNCATE)");
  commit(copied);
  const reader = new Database(file, { readonly: true });
  reader.exec("BEGIN; SELECT count(*) FROM resources"); // no more than it sees is copied
  commit(uncopied);
  if (copied > 0) db.pragma("wal_checkpoint(PASSIVE)");
  reader.close();
  const killed = snapshot(folder);
  db.close();
  return killed;
}

describe("a log", () => {
  const kinds: Readonly<Record<string, { copied: number; uncopied: number }>> = {
    "of which the database has nothing": { copied: 0, uncopied: 3 },
    "of which the database has a part": { copied: 2, uncopied: 2 },
    "of which the database has all": { copied: 3, uncopied: 0 },
  };
  const all = (kind: string): number => 2 + kinds[kind]!.copied + kinds[kind]!.uncopied;
  const made = new Map<string, string>();
  beforeAll(() => {
    for (const [kind, rows] of Object.entries(kinds)) made.set(kind, makeKilled(rows));
  });
  afterAll(() => {
    for (const folder of made.values()) rmSync(folder, { recursive: true, force: true });
  });
  const copyOf = (kind: string): { folder: string; log: string; index: string } => {
    const folder = newFolder();
    cpSync(made.get(kind)!, folder, { recursive: true });
    return { folder, log: join(folder, "turnwise.db-wal"), index: join(folder, "turnwise.db-shm") };
  };
  const flip = (file: string, at: number): void => {
    const bytes = readFileSync(file);
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    writeFileSync(file, bytes);
  };

  describe.each(Object.keys(kinds))("%s", (kind) => {
    test("that is sound is replayed without a word", () => {
      const { folder } = copyOf(kind);
      expect(open(folder)).toEqual({ rows: all(kind), damage: [] });
      expect(backups(folder)).toEqual([]);
    });

    const places: readonly (readonly [string, number])[] = [
      ["size of the database", 7],
      ["salt", 9],
      ["checksum", 20],
      ["page", 24 + 5000],
    ];
    test.each(places)("loses no row in silence to a flipped bit in the %s of any frame", (_, offset) => {
      const { copied } = kinds[kind]!;
      const frames = (statSync(copyOf(kind).log).size - HEAD) / FRAME;
      expect(frames).toBeGreaterThan(8);
      for (let frame = 0; frame < frames; frame += 1) {
        const { folder, log } = copyOf(kind);
        flip(log, HEAD + frame * FRAME + offset);
        const before = readFileSync(log);
        const { rows, damage } = open(folder);
        expect(damage).toHaveLength(1);
        expect([frame, rows >= 2 + copied]).toEqual([frame, true]); // whatever the log has of what is in the database
        const isSaid = damage[0]!.message.includes("may be lost");
        expect([frame, isSaid]).toEqual([frame, rows < all(kind)]);
        const kept = backups(folder).find((name) => name.startsWith("turnwise.db-wal."))!;
        expect(kept).toMatch(/^turnwise\.db-wal\.\d{8}T\d{6}Z\.backup$/);
        expect(readFileSync(join(folder, kept)).equals(before)).toBe(true);
        expect(damage[0]!.remedy).toContain(kept);
        expect(open(folder)).toEqual({ rows, damage: [] });
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test("that was cut anywhere loses no row in silence", () => {
      const { size } = statSync(copyOf(kind).log);
      for (let length = 0; length < size; length += 11_003) {
        const { folder, log } = copyOf(kind);
        truncateSync(log, length);
        const { rows, damage } = open(folder);
        const isSaid = damage.some(({ message }) => message.includes("may be lost"));
        expect([length, isSaid]).toEqual([length, rows < all(kind)]);
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test("that is gone, of noise or has a broken head is spoken of, unless the database has all of it", () => {
      const damages: readonly ((log: string) => void)[] = [
        (log) => rmSync(log),
        (log) => writeFileSync(log, Buffer.alloc(100_000, 0xa5)),
        (log) => flip(log, 5),
        (log) => flip(log, 17),
        (log) => flip(log, 26),
      ];
      for (const damage of damages) {
        const { folder, log } = copyOf(kind);
        damage(log);
        const opened = open(folder);
        expect(opened.damage.some(({ message }) => message.includes("may be lost"))).toBe(opened.rows < all(kind));
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test.each(["gone", "of noise"])("with a flipped bit is spoken of when the index is %s as well", (how) => {
      const { folder, log, index } = copyOf(kind);
      const frames = (statSync(log).size - HEAD) / FRAME;
      flip(log, HEAD + (frames - 4) * FRAME + 5000);
      if (how === "gone") rmSync(index);
      else writeFileSync(index, Buffer.alloc(20_000, 0xa5));
      const { said, isRefused } = openOrRefuse(folder);
      expect(said).toMatch(isRefused ? /database .+ is damaged/ : /may be lost/);
      // Where the beginning of the log does not fit to what the database has; then every file is as it was.
      expect(backups(folder).length === 0).toBe(isRefused);
      expect(existsSync(log)).toBe(isRefused);
    });
  });

  test("that ends in a commit that was being written is sound: nobody was told of it", () => {
    const folder = newFolder();
    const db = openWriter(join(folder, "turnwise.db"));
    commitRow(db, 1);
    const before = snapshot(folder);
    commitRow(db, 2);
    const after = snapshot(folder);
    db.close();
    folders.push(before, after);
    const full = readFileSync(join(after, "turnwise.db-wal"));
    const { size } = statSync(join(before, "turnwise.db-wal"));
    for (let length = size; length < full.length; length += 5003) {
      const killed = newFolder();
      cpSync(before, killed, { recursive: true });
      writeFileSync(join(killed, "turnwise.db-wal"), full.subarray(0, length));
      expect(open(killed)).toEqual({ rows: 1, damage: [] });
    }
  });

  test("that was begun anew, with what it was before behind it, is sound", () => {
    const folder = newFolder();
    const db = openWriter(join(folder, "turnwise.db"));
    for (let row = 1; row <= 6; row += 1) commitRow(db, row);
    db.pragma("wal_checkpoint(RESTART)");
    const restarted = snapshot(folder);
    commitRow(db, 7);
    const begun = snapshot(folder);
    db.close();
    folders.push(restarted, begun);
    expect(open(restarted)).toEqual({ rows: 6, damage: [] });
    expect(open(begun)).toEqual({ rows: 7, damage: [] });
  });

  test("that the database has all of, and that is to begin anew, cannot undo it when it is damaged", () => {
    const folder = newFolder();
    const db = openWriter(join(folder, "turnwise.db"));
    for (let row = 1; row <= 6; row += 1) commitRow(db, row);
    db.pragma("wal_checkpoint(RESTART)");
    const restarted = snapshot(folder);
    db.close();
    folders.push(restarted);
    flip(join(restarted, "turnwise.db-wal"), HEAD + 6 * FRAME + 5000);
    const { rows, damage } = open(restarted);
    expect(rows).toBe(6);
    expect(damage[0]?.message).toContain("Nothing is lost");
  });

  test("without its database keeps the server from starting, and is not removed", () => {
    for (const damage of [rmSync, (file: string) => writeFileSync(file, "")]) {
      const { folder, log } = copyOf("of which the database has a part");
      damage(join(folder, "turnwise.db"));
      const before = readFileSync(log);
      expect(() => open(folder)).toThrow("it is empty or missing, but its log is there");
      expect(readFileSync(log).equals(before)).toBe(true);
    }
  });

  test("that cannot be read keeps the server from starting", () => {
    const { folder, log } = copyOf("of which the database has a part");
    rmSync(log);
    mkdirSync(log);
    expect(() => open(folder)).toThrow("cannot be written");
  });
});
