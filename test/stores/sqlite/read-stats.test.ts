import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { migrate } from "../../../src/stores/sqlite/migrate.ts";
import { createReadStats } from "../../../src/stores/sqlite/read-stats.ts";

test("the server in numbers is told without a look at any session, however many there are", () => {
  const db = new Database(":memory:");
  migrate(db);
  const insert = db.prepare(
    `INSERT INTO sessions (project_id, session_id, source, named, status, created_ms, start_us, last_activity_ms, total_turns, helpful)
     VALUES ('p', ?, 'messages', 0, ?, ?, 0, 0, 3, 2)`,
  );
  const now = Date.parse("2026-11-22T12:00:00Z");
  const [yesterday, longAgo] = [now - 86_400_000, now - 40 * 86_400_000];
  for (const [at, created] of [now, now, yesterday, longAgo].entries()) insert.run(String(at), "completed", created);
  db.exec("DROP TABLE sessions");
  expect(createReadStats(db)(now)).toEqual({
    sessionsByStatus: { open: 0, pending: 0, running: 0, closing: 0, completed: 4, failed: 0 },
    turns: 12,
    judgedTurns: 8,
    helpful: 8,
    neutral: 0,
    harmful: 0,
    days: [
      { day: "2026-11-22", sessions: 2, turns: 6 },
      { day: "2026-11-21", sessions: 1, turns: 3 },
    ],
  });
  db.close();
});
