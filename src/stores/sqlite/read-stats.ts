import type { Database } from "better-sqlite3";
import type { DayStats, ServerStats } from "../../component/accounts.ts";
import type { SessionStatus } from "../../model/session.ts";

const DAYS = 30;
const DAY_MS = 86_400_000;

const statusSql = `
  SELECT status, count(*) AS sessions, sum(total_turns) AS turns,
    sum(helpful) AS helpful, sum(neutral) AS neutral, sum(harmful) AS harmful
  FROM sessions GROUP BY status`;

const daysSql = `
  SELECT date(created_ms / 1000, 'unixepoch') AS day, count(*) AS sessions, sum(total_turns) AS turns
  FROM sessions WHERE created_ms >= ? GROUP BY day ORDER BY day DESC`;

interface StatusRow extends Pick<ServerStats, "turns" | "helpful" | "neutral" | "harmful"> {
  readonly status: SessionStatus;
  readonly sessions: number;
}

/** Reads every session's row: for admins, now and then. */
export function createReadStats(db: Database) {
  const byStatus = db.prepare<[], StatusRow>(statusSql);
  const byDay = db.prepare<[number], DayStats>(daysSql);

  return function readStats(now: number): ServerStats {
    const rows = byStatus.all();
    const sum = (column: "turns" | "helpful" | "neutral" | "harmful"): number =>
      rows.reduce((total, row) => total + row[column], 0);
    const [helpful, neutral, harmful] = [sum("helpful"), sum("neutral"), sum("harmful")];
    return {
      sessionsByStatus: { ...noSessions, ...Object.fromEntries(rows.map((row) => [row.status, row.sessions])) },
      turns: sum("turns"),
      judgedTurns: helpful + neutral + harmful,
      helpful,
      neutral,
      harmful,
      days: byDay.all(Math.floor(now / DAY_MS - DAYS + 1) * DAY_MS),
    };
  };
}

const noSessions: Readonly<Record<SessionStatus, number>> = {
  open: 0,
  pending: 0,
  running: 0,
  closing: 0,
  completed: 0,
  failed: 0,
};
