/**
 * Brings a database's schema up to this server's. Migrations are numbered SQL files that are never changed once they
 * were released; each says in its first line whether servers that do not know it can still work with the database.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { Database } from "better-sqlite3";
import { StartError } from "../../model/errors.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly breaksOlderServers: boolean;
  readonly sql: string;
}

const folder = new URL("./migrations/", import.meta.url);
const firstLine = /^-- breaks older servers: (yes|no)\n/;

/** This server's migrations in order. */
export function readMigrations(): readonly Migration[] {
  const names = readdirSync(folder).filter((name) => /^\d{3}-[a-z0-9-]+\.sql$/.test(name));
  return names.sort().map((name) => {
    const sql = readFileSync(new URL(name, folder), "utf8");
    const [, breaks] = firstLine.exec(sql) ?? [];
    if (breaks === undefined) throw new Error(`${name} does not say whether it breaks older servers`);
    return { number: Number(name.slice(0, 3)), name, breaksOlderServers: breaks === "yes", sql };
  });
}

/** Throws StartError when the database is newer than `migrations` in a way that they do not understand. */
export function migrate(db: Database, migrations: readonly Migration[] = readMigrations()): void {
  db.exec(`CREATE TABLE IF NOT EXISTS migrations (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, breaks_older_servers INTEGER NOT NULL, applied_ms INTEGER NOT NULL
  )`);
  refuseNewer(db, migrations);
  const applied = new Set(db.prepare<[], number>("SELECT number FROM migrations").pluck().all());
  for (const migration of migrations) if (!applied.has(migration.number)) apply(db, migration);
}

function refuseNewer(db: Database, migrations: readonly Migration[]): void {
  const newest = Math.max(0, ...migrations.map(({ number }) => number));
  const unknown = db
    .prepare<[number], string>("SELECT name FROM migrations WHERE number > ? AND breaks_older_servers = 1 LIMIT 1")
    .pluck()
    .get(newest);
  if (unknown === undefined) return;
  throw new StartError(
    "database_newer",
    `The database ${db.name} was written by a newer version of this server (${unknown}).`,
    "Start that version, or set TURNWISE_DATA_DIR to another folder.",
  );
}

function apply(db: Database, { number, name, breaksOlderServers, sql }: Migration): void {
  db.transaction(() => {
    db.exec(sql);
    db.prepare("INSERT INTO migrations VALUES (?, ?, ?, ?)").run(number, name, breaksOlderServers ? 1 : 0, Date.now());
  }).immediate();
}
