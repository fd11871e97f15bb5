/**
 * Runs operations that wait at the same time in one transaction, so that they share one flush to the disk. Each has its
 * own savepoint: one that fails leaves no trace and does not spoil its neighbours.
 */
import type { Database } from "better-sqlite3";
import type { Outcome } from "./rpc.ts";
import { isTemporary, toErrorReport, toStoreError } from "./store-error.ts";

export type GroupCommit = <Result>(operations: readonly (() => Result)[]) => Outcome<Result>[];

/** `onRollback` is told when something written may be gone, so that nothing is remembered that is not there. */
export function createGroupCommit(db: Database, onRollback: () => void): GroupCommit {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const savepoint = db.prepare("SAVEPOINT operation");
  const release = db.prepare("RELEASE operation");
  const rollbackToSavepoint = db.prepare("ROLLBACK TO operation");

  function runOne<Result>(operation: () => Result): Outcome<Result> {
    savepoint.run();
    try {
      const result = operation();
      release.run();
      return { result };
    } catch (error) {
      // A full disk has ended the whole transaction, or will at its commit: nobody in it can be promised anything.
      if (isTemporary(error) || !db.inTransaction) throw error;
      rollbackToSavepoint.run();
      release.run();
      onRollback();
      return { error: toErrorReport(error) };
    }
  }

  return (operations) => {
    try {
      begin.run();
      const outcomes = operations.map((operation) => runOne(operation));
      commit.run();
      return outcomes;
    } catch (error) {
      if (db.inTransaction) rollback.run();
      onRollback();
      const outcome = { error: toErrorReport(toStoreError(error)) };
      return operations.map(() => outcome);
    }
  };
}
