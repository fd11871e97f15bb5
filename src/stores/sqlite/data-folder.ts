/** The folder that the database lies in: there, writable, and ours alone while this process lives. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import Database from "better-sqlite3";
import { codeOf, StartError } from "../../model/errors.ts";

export const DATABASE_FILE = "turnwise.db";
const LOCK_FILE = "turnwise.lock";

export interface DataFolder {
  readonly databaseFile: string;
  /** Lets another process have it. */
  release(): void;
}

/**
 * Creates the folder when it is not there and locks it. The lock is a file lock that SQLite takes on a database of its
 * own, because the system drops it however the process ends, and because it holds on every file system SQLite works on.
 */
export function lockDataFolder(folder: string): DataFolder {
  const path = resolve(folder);
  try {
    makeFolder(path);
  } catch (error) {
    throw notWritable(path, error);
  }
  const lock = takeLock(path);
  return { databaseFile: join(path, DATABASE_FILE), release: () => lock.close() };
}

/**
 * With the folders above it. Node's own `recursive` never returns where a folder cannot be made although the one above it is
 * there, as in /proc.
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === "EEXIST" && statSync(path).isDirectory()) return;
    if (codeOf(error) !== "ENOENT" || existsSync(dirname(path))) throw error;
    makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

export function notWritable(path: string, cause: unknown): StartError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StartError(
    "data_dir_not_writable",
    `The data folder ${path} cannot be written: ${reason}.`,
    "Give this user write access to it, free the disk, or set TURNWISE_DATA_DIR to another folder.",
    { cause },
  );
}

function takeLock(path: string): Database.Database {
  let lock: Database.Database | undefined;
  try {
    lock = new Database(join(path, LOCK_FILE), { timeout: 0 });
    lock.exec("CREATE TABLE IF NOT EXISTS owner (pid INTEGER NOT NULL); DELETE FROM owner");
    lock.prepare("INSERT INTO owner VALUES (?)").run(process.pid);
    lock.exec("BEGIN IMMEDIATE");
    return lock;
  } catch (error) {
    const owner = isBusy(error) ? ownerOf(lock) : undefined;
    lock?.close();
    throw isBusy(error) ? inUse(path, owner) : notWritable(path, error);
  }
}

function ownerOf(lock: Database.Database | undefined): number | undefined {
  return lock?.prepare<[], number>("SELECT pid FROM owner").pluck().get();
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

function inUse(path: string, owner: number | undefined): StartError {
  return new StartError(
    "data_dir_in_use",
    `The data folder ${path} is in use by another server${owner === undefined ? "" : ` (process ${owner})`}.`,
    "Stop that server, or set TURNWISE_DATA_DIR to another folder.",
  );
}
