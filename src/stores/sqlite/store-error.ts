/** What SQLite's errors mean to whoever asked, and how errors cross a thread border with their class. */
import Database from "better-sqlite3";
import { PermanentError, StartError, UnavailableError } from "../../model/errors.ts";

/** The disk, the memory or another process stands in the way; later it may not. SQLite's primary result codes. */
const temporary = /^SQLITE_(?:FULL|IOERR|BUSY|LOCKED|CANTOPEN|READONLY|NOMEM|PROTOCOL|PERM)(?:_|$)/;

/** True when it is not the operation that failed but the disk under it. */
export function isTemporary(error: unknown): error is Error & { code: string } {
  return error instanceof Database.SqliteError && temporary.test(error.code);
}

/** A disk that refuses is "try again"; everything else stays what it is. */
export function toStoreError(error: unknown): unknown {
  if (!isTemporary(error)) return error;
  return new UnavailableError(`The database cannot be written: ${error.message} (${error.code}).`, { cause: error });
}

/** An error as data: what structured cloning would make of our classes is a plain Error. */
export interface ErrorReport {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly remedy?: string;
  readonly stack?: string;
}

export function toErrorReport(error: unknown): ErrorReport {
  if (error instanceof StartError)
    return { name: "StartError", message: error.message, code: error.code, remedy: error.remedy };
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack } = error;
  return { name, message, ...(stack === undefined ? {} : { stack }) };
}

export function fromErrorReport(report: ErrorReport): Error {
  const { name, message, code = "", remedy = "", stack } = report;
  if (name === "StartError") return new StartError(code, message, remedy);
  if (name === "PermanentError") return new PermanentError(message);
  if (name === "UnavailableError") return new UnavailableError(message);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
