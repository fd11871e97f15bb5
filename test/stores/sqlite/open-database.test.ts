import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StartError } from "../../../src/model/errors.ts";
import { openWriter } from "../../../src/stores/sqlite/open-database.ts";
import { temporaryFolder } from "../../support/sqlite-store.ts";

describe("opening the database", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = temporaryFolder();
    file = join(folder, "turnwise.db");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const pragma = (db: Database.Database, name: string): unknown => db.pragma(name, { simple: true });
  const startError = (open: () => unknown): StartError => {
    try {
      open();
    } catch (error) {
      if (error instanceof StartError) return error;
      throw error;
    }
    throw new Error("it started");
  };

  test("every commit is flushed to the disk, also after the database was opened again", () => {
    for (let opened = 1; opened <= 3; opened += 1) {
      const db = openWriter(file);
      expect(pragma(db, "synchronous")).toBe(2);
      expect(pragma(db, "journal_mode")).toBe("wal");
      expect(pragma(db, "page_size")).toBe(16_384);
      expect(pragma(db, "wal_autocheckpoint")).toBe(0);
      db.close();
    }
  });

  test("a bare WAL database would not be: this is what the line about `synchronous` is for", () => {
    openWriter(file).close();
    const db = new Database(file);
    expect(pragma(db, "synchronous")).toBe(1);
    db.close();
  });

  test("claims of a server that died are free again", () => {
    const first = openWriter(file);
    first.exec(`INSERT INTO sessions (project_id, session_id, source, named, status, created_ms, start_us, last_activity_ms,
      lease, lease_expires_ms) VALUES ('default', 'a', 'otlp', 0, 'running', 0, 0, 0, 'dead', 9e15)`);
    first.close();
    const second = openWriter(file);
    expect(second.prepare("SELECT status, lease FROM sessions").get()).toEqual({ status: "pending", lease: null });
    second.close();
  });

  const damages: readonly [string, () => void][] = [
    ["text", () => writeFileSync(file, "this is not a database, and long enough to have a header of one".repeat(100))],
    ["a database that was cut", () => writeFileSync(file, filled().subarray(0, 40_000))],
    ["a database with a page of noise", () => writeFileSync(file, filled().fill(0xa5, 2 * 16_384, 3 * 16_384))],
    ["a database with a broken schema", () => writeFileSync(file, filled().fill(0xa5, 100, 16_384))],
  ];
  test.each(damages)("%s is refused and left as it is", (_, damage) => {
    damage();
    const before = readFileSync(file);
    const error = startError(() => openWriter(file));
    expect(error.code).toBe("database_corrupt");
    expect(error.message).toContain(file);
    expect(error.remedy).toContain("backup");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("a database of another program is refused and left as it is", () => {
    const other = new Database(file);
    other.exec("CREATE TABLE theirs (a)");
    other.close();
    const before = readFileSync(file);
    expect(startError(() => openWriter(file)).code).toBe("database_not_ours");
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test("an empty file becomes a database", () => {
    writeFileSync(file, "");
    const db = openWriter(file);
    expect(pragma(db, "page_size")).toBe(16_384);
    db.close();
  });

  test("a folder in the place of the file is refused", () => {
    mkdirSync(file);
    expect(startError(() => openWriter(file)).code).toBe("data_dir_not_writable");
  });

  /** The bytes of a sound database with something in it. */
  function filled(): Buffer {
    const db = openWriter(file);
    db.exec(
      "INSERT INTO resources (project_id, digest, schema_url, body) VALUES ('default', x'00', '', zeroblob(100000))",
    );
    db.close();
    return readFileSync(file);
  }
});
