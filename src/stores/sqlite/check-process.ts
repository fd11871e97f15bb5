/**
 * Reads a whole database and writes what is wrong with it, or "ok". A process of its own, because nothing can interrupt SQLite in
 * this: as a thread it would hold up the end of the server. `check-process.js <database>`; ends when its standard input does.
 */
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { openReader } from "./open-database.ts";

const [, , file = ""] = process.argv;
const guard = new Worker(new URL("./end-with-parent-thread.js", import.meta.url));
guard.unref(); // it ends the process, and never by itself
process.stdout.write(`${check()}\n`);

function check(): string {
  try {
    const db = openReader(file);
    return String(db.pragma("quick_check(1)", { simple: true }));
  } catch (error) {
    if (error instanceof Database.SqliteError && /^SQLITE_(?:CORRUPT|NOTADB)/.test(error.code)) return error.message;
    throw error;
  }
}
