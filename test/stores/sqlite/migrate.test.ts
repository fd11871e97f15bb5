import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { describe, expect, onTestFinished, test } from "vitest";
import { StartError } from "../../../src/model/errors.ts";
import { mendLog } from "../../../src/stores/sqlite/mend-log.ts";
import { migrate, type Migration, readMigrations } from "../../../src/stores/sqlite/migrate.ts";
import { temporaryFolder } from "../../support/sqlite-store.ts";

const script = fileURLToPath(new URL("../../support/migrate-database.mjs", import.meta.url));

const migration = (number: number, fields: Partial<Migration> = {}): Migration => ({
  number,
  name: `00${number}-test.sql`,
  breaksOlderServers: false,
  sql: `CREATE TABLE t${number} (a)`,
  ...fields,
});
const tables = (db: Database.Database): unknown[] =>
  db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 't_' ORDER BY name").pluck().all();

describe("migrating", () => {
  test("this server's migrations are numbered from 1 without a gap, and say whether they break older servers", () => {
    const migrations = readMigrations();
    expect(migrations.map(({ number }) => number)).toEqual(migrations.map((_, index) => index + 1));
    expect(migrations[0]).toMatchObject({ name: "001-first-schema.sql", breaksOlderServers: true });
  });

  test("applies what is missing, in order and once", () => {
    const db = new Database(":memory:");
    migrate(db, [migration(1)]);
    migrate(db, [migration(1), migration(2), migration(3, { sql: "ALTER TABLE t2 ADD COLUMN b" })]);
    migrate(db, [migration(1), migration(2), migration(3)]);
    expect(tables(db)).toEqual(["t1", "t2"]);
    expect(db.prepare("SELECT number, name, breaks_older_servers FROM migrations").raw().all()).toEqual([
      [1, "001-test.sql", 0],
      [2, "002-test.sql", 0],
      [3, "003-test.sql", 0],
    ]);
  });

  test("a migration that fails leaves nothing of itself", () => {
    const db = new Database(":memory:");
    const broken = migration(2, { sql: "CREATE TABLE t2 (a); CREATE TABLE t1 (a)" });
    expect(() => migrate(db, [migration(1), broken])).toThrow(/already exists/);
    expect(tables(db)).toEqual(["t1"]);
    migrate(db, [migration(1), migration(2)]);
    expect(tables(db)).toEqual(["t1", "t2"]);
  });

  test(
    "a server that is killed in a migration leaves nothing of it, and the next one does it",
    { timeout: 30_000 },
    async () => {
      const folder = temporaryFolder();
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const file = join(folder, "turnwise.db");
      const slow = migration(2, {
        sql: `CREATE TABLE t2 (a);
        INSERT INTO t2 WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e8) SELECT randomblob(500) FROM n`,
      });
      const first = new Database(file);
      first.pragma("journal_mode = WAL");
      migrate(first, [migration(1)]);
      first.close();
      for (const bytes of [100_000, 5_000_000, 40_000_000]) {
        const child = spawn(process.execPath, [script, file, JSON.stringify([migration(1), slow])], {
          stdio: "inherit",
        });
        const ended = once(child, "exit");
        const written = () => statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
        await expect.poll(written, { timeout: 20_000, interval: 5 }).toBeGreaterThan(bytes); // the page cache has spilled
        child.kill("SIGKILL");
        expect(await ended).toEqual([null, "SIGKILL"]);
        expect(mendLog(file, new Date())).toBeUndefined();
        const db = new Database(file);
        expect(tables(db)).toEqual(["t1"]);
        expect(db.prepare("SELECT max(number) FROM migrations").pluck().get()).toBe(1);
        expect(db.pragma("integrity_check", { simple: true })).toBe("ok");
        db.close();
      }
      const db = new Database(file);
      migrate(db, [migration(1), migration(2)]);
      expect(tables(db)).toEqual(["t1", "t2"]);
      db.close();
    },
  );

  test("an older server refuses a database that a newer one changed in a way that breaks it", () => {
    const db = new Database(":memory:");
    migrate(db, [migration(1), migration(2, { breaksOlderServers: true })]);
    expect(() => migrate(db, [migration(1)])).toThrow(StartError);
    expect(() => migrate(db, [migration(1)])).toThrow(/002-test\.sql/);
  });

  test("an older server works with a database that a newer one changed in a way that it need not know", () => {
    const db = new Database(":memory:");
    migrate(db, [migration(1), migration(2)]);
    expect(() => migrate(db, [migration(1)])).not.toThrow();
  });
});
