/** Runs operations that wait at the same time in one transaction, so that they share one flush to the disk. */
import type { Database } from "better-sqlite3";
import type { Outcome } from "./rpc.ts";
import { isTemporary, toErrorReport, toStoreError } from "./store-error.ts";

export type GroupCommit = <Result>(operations: readonly (() => Result)[]) => Outcome<Result>[];

/**
 * An operation that fails leaves no trace and does not spoil its neighbours: all are undone and run once more, each in a
 * savepoint of its own. Not at once, because a savepoint has SQLite copy every page that is written after it.
 * `onRollback` is told when something written may be gone, so that nothing is remembered that is not there.
 */
export function createGroupCommit(db: Database, onRollback: () => void): GroupCommit {
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const savepoint = db.prepare("SAVEPOINT operation");
  const release = db.prepare("RELEASE operation");
  const rollbackToSavepoint = db.prepare("ROLLBACK TO operation");

  function runInSavepoint<Result>(operation: () => Result): Outcome<Result> {
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

  /** Throws what the whole group fails with, after undoing it. */
  function runTogether<Result>(run: (operation: () => Result) => Outcome<Result>, all: readonly (() => Result)[]) {
    try {
      begin.run();
      const outcomes = all.map((operation) => run(operation));
      commit.run();
      return outcomes;
    } catch (error) {
      if (db.inTransaction) rollback.run();
      onRollback();
      throw error;
    }
  }

  function runOrSortOut<Result>(operations: readonly (() => Result)[]): Outcome<Result>[] {
    try {
      return runTogether((operation) => ({ result: operation() }), operations);
    } catch (error) {
      if (isTemporary(error)) throw error;
      return runTogether(runInSavepoint, operations);
    }
  }

  return (operations) => {
    try {
      return runOrSortOut(operations);
    } catch (error) {
      const outcome = { error: toErrorReport(toStoreError(error)) };
      return operations.map(() => outcome);
    }
  };
}
