/** Everything that only reads, as functions over a read-only connection. */
import type { Database } from "better-sqlite3";
import { createFindSessions } from "./find-sessions.ts";
import { createReadFacts } from "./read-facts.ts";
import { createReadSessions } from "./read-sessions.ts";

export type ReadOperations = ReturnType<typeof createReadOperations>;

export function createReadOperations(db: Database) {
  return { readFacts: createReadFacts(db), ...createReadSessions(db), ...createFindSessions(db) };
}
