import type { Database } from "better-sqlite3";
import type { DayStats, ServerStats } from "../../component/accounts.ts";
import type { SessionStatus } from "../../model/session.ts";

const DAYS = 30;
const DAY_MS = 86_400_000;

const statusSql = `
  SELECT status, sum(sessions) AS sessions, sum(turns) AS turns,
    sum(helpful) AS helpful, sum(neutral) AS neutral, sum(harmful) AS harmful
  FROM session_numbers GROUP BY status`;

const daysSql = `
  SELECT date(day * 86400, 'unixepoch') AS day, sum(sessions) AS sessions, sum(turns) AS turns
  FROM session_numbers WHERE day >= ? GROUP BY session_numbers.day HAVING sum(sessions) > 0 ORDER BY session_numbers.day DESC`;

interface StatusRow extends Pick<ServerStats, "turns" | "helpful" | "neutral" | "harmful"> {
  readonly status: SessionStatus;
  readonly sessions: number;
}

/** Of the numbers that are kept beside the sessions, so that it costs the same however many of these there are. */
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
      days: byDay.all(Math.floor(now / DAY_MS) - DAYS + 1),
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
