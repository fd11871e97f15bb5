import Database from "better-sqlite3";
import { beforeEach, describe, expect, test } from "vitest";
import { createGroupCommit, type GroupCommit } from "../../../src/stores/sqlite/group-commit.ts";

describe("a group commit", () => {
  let db: Database.Database;
  let commit: GroupCommit;
  let rollbacks: number;
  const insert =
    (value: number | null): (() => number) =>
    () => {
      db.prepare("INSERT INTO t VALUES (?)").run(value);
      return value ?? 0;
    };
  const rows = (): unknown[] => db.prepare("SELECT v FROM t ORDER BY v").pluck().all();

  beforeEach(() => {
    db = new Database(":memory:");
    db.exec("CREATE TABLE t (v INTEGER NOT NULL UNIQUE)");
    rollbacks = 0;
    commit = createGroupCommit(db, () => {
      rollbacks += 1;
    });
  });

  test("gives each operation its own result, in order", () => {
    expect(commit([insert(1), insert(2)])).toEqual([{ result: 1 }, { result: 2 }]);
    expect([rows(), rollbacks, db.inTransaction]).toEqual([[1, 2], 0, false]);
  });

  test("undoes a failing operation completely and leaves its neighbours", () => {
    const half = (): void => {
      insert(3)();
      insert(null)();
    };
    const [first, failed, last] = commit<unknown>([insert(1), half, insert(2)]);
    expect([first, last]).toEqual([{ result: 1 }, { result: 2 }]);
    expect(failed).toMatchObject({ error: { name: "SqliteError", message: "NOT NULL constraint failed: t.v" } });
    expect([rows(), rollbacks]).toEqual([[1, 2], 2]); // all of the first attempt, then the failing one alone
  });

  test("promises nothing to anybody when the disk is full", () => {
    db.pragma(`max_page_count = ${String(db.pragma("page_count", { simple: true }))}`);
    const fill = (): void => {
      for (let value = 10; value < 100_000; value += 1) insert(value)();
    };
    const outcomes = commit<unknown>([insert(1), fill, insert(2)]);
    const full = "The database cannot be written: database or disk is full (SQLITE_FULL).";
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ error: { name: "UnavailableError", message: full } });
    expect([rows(), rollbacks, db.inTransaction]).toEqual([[], 1, false]);
    db.pragma("max_page_count = 1000");
    expect(commit([insert(1)])).toEqual([{ result: 1 }]);
  });
});
