/** Opens the database for its one writer and for readers. */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { codeOf, StartError } from "../../model/errors.ts";
import { notWritable } from "./data-folder.ts";
import { dropUnfinishedDatasets } from "./evaluation-leftovers.ts";
import { LOG_HEAD_BYTES } from "./log-file.ts";
import { type FoundDamage, mendLog, type MendedLog } from "./mend-log.ts";
import { migrate } from "./migrate.ts";
import { restartRunsSql } from "./run-claims.ts";
import { isTemporary } from "./store-error.ts";

/** Says in the file's header that it is ours. ("Turn") */
export const APPLICATION_ID = 0x5475726e;
export const PAGE_SIZE = 16_384;
/** How long to wait for someone else's lock: a checkpoint, or another program that looks into the file. */
export const BUSY_TIMEOUT_MS = 2_000;
const PAGE_CACHE_KIB = 32 * 1024;
/** Larger files are not read whole before the start: they are checked beside the work (check-database.ts). */
export const MAX_CHECKED_BYTES = 64 * 1024 * 1024;

/**
 * Throws StartError; an existing file that is not a sound database of ours is left as it is. `onDamage` is told of what was
 * found damaged and did not keep the database from being opened.
 */
export function openWriter(file: string, onDamage: (damage: FoundDamage) => void = () => undefined): Database.Database {
  const mended = checkFiles(file);
  if (mended !== undefined) onDamage({ message: mended.message, remedy: mended.remedy });
  try {
    const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      configureWriter(db);
      migrate(db);
      endOldClaims(db);
      dropUnfinishedBodies(db);
      dropUnfinishedDatasets(db);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (error) {
    throw toStartError(file, error);
  }
}

export function openReader(file: string): Database.Database {
  return new Database(file, { readonly: true, timeout: BUSY_TIMEOUT_MS });
}

/**
 * `synchronous` must be set on every open: better-sqlite3 is built so that an existing WAL database opens with NORMAL,
 * which acknowledges commits that a power failure takes back.
 */
function configureWriter(db: Database.Database): void {
  db.pragma(`page_size = ${PAGE_SIZE}`);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("wal_autocheckpoint = 0"); // the checkpoint thread's work
  db.pragma("temp_store = MEMORY");
  db.pragma(`cache_size = -${PAGE_CACHE_KIB}`);
  db.pragma("foreign_keys = OFF");
  db.exec("BEGIN IMMEDIATE; COMMIT"); // an unwritable file shows now, not at the first span
  if (db.pragma("application_id", { simple: true }) !== APPLICATION_ID) db.pragma(`application_id = ${APPLICATION_ID}`);
}

/** Whoever had claims in the folder is gone, for the folder is ours: its work is free. */
function endOldClaims(db: Database.Database): void {
  db.exec(
    `UPDATE sessions SET lease = NULL, status = CASE status WHEN 'running' THEN 'pending' ELSE status END
     WHERE lease IS NOT NULL`,
  );
  db.exec(restartRunsSql);
}

/** Of requests and recordings that were being received when the server ended: nobody was told that they are safe. */
function dropUnfinishedBodies(db: Database.Database): void {
  db.exec("DELETE FROM queue_slices WHERE body_no NOT IN (SELECT body_no FROM queue_items)");
  db.exec("DELETE FROM intake_slices WHERE body_no NOT IN (SELECT body_no FROM intakes WHERE body_no IS NOT NULL)");
}

function checkFiles(file: string): MendedLog | undefined {
  let mended: MendedLog | undefined;
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0) checkHasNoLog(file);
    mended = mendLog(file, new Date());
    if (size > 0) checkDatabase(file, mended !== undefined);
    return mended;
  } catch (error) {
    mended?.undo();
    throw toStartError(file, error);
  }
}

/** SQLite removes a log without a database. */
function checkHasNoLog(file: string): void {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  if (log !== undefined && log.size > LOG_HEAD_BYTES)
    throw corrupt(file, "it is empty or missing, but its log is there");
}

/** Looks at the database without writing to it; after its log was damaged thoroughly, and however long that takes. */
function checkDatabase(file: string, isDoubtful: boolean): void {
  const db = openReader(file);
  try {
    checkIsOurs(db, file);
    if (statSync(file).size > MAX_CHECKED_BYTES && !isDoubtful) return;
    const problem = db.pragma(isDoubtful ? "integrity_check(1)" : "quick_check(1)", { simple: true });
    if (problem !== "ok") throw corrupt(file, String(problem));
  } finally {
    db.close();
  }
}

function checkIsOurs(db: Database.Database, file: string): void {
  const isOurs = db.pragma("application_id", { simple: true }) === APPLICATION_ID;
  const tables = db.prepare<[], number>("SELECT count(*) FROM sqlite_schema").pluck().get() ?? 0;
  if (isOurs || tables === 0) return;
  throw new StartError(
    "database_not_ours",
    `The file ${file} is a database of another program.`,
    "Move it away, or set TURNWISE_DATA_DIR to another folder.",
  );
}

function toStartError(file: string, error: unknown): unknown {
  if (isTemporary(error) || isOfSystem(error)) return notWritable(dirname(file), error);
  return error instanceof Database.SqliteError ? corrupt(file, error.message) : error;
}

/** As EACCES and ENOSPC: of the system, not of SQLite. */
const isOfSystem = (error: unknown): boolean => codeOf(error)?.startsWith("E") === true;

function corrupt(file: string, reason: string): StartError {
  return new StartError(
    "database_corrupt",
    `The database ${file} is damaged: ${reason}.`,
    "It was left as it is. Restore a backup, or move the file away to begin with an empty one.",
  );
}
