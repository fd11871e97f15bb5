import type { Database } from "better-sqlite3";
import { prepareDeleteBuilt } from "./built-rows.ts";
import { absorbSpendSql } from "./spend-rows.ts";
import { prepareSummarize } from "./summarize.ts";

/** Moves what belongs to `@from` to `@into`; judgements and labels that speak of other turns there are superseded by that. */
const moves = [
  `INSERT OR IGNORE INTO session_traces SELECT @into, trace_no, facts_version + 1, facts_version + 1
   FROM session_traces AS old, sessions WHERE old.session_no = @from AND sessions.session_no = @into`,
  "DELETE FROM session_traces WHERE session_no = @from",
  `UPDATE messages SET session_no = @into,
     position = position + (SELECT coalesce(max(position) + 1, 0) FROM messages WHERE session_no = @into)
   WHERE session_no = @from`,
  "UPDATE OR IGNORE judgements SET session_no = @into WHERE session_no = @from",
  "DELETE FROM judgements WHERE session_no = @from",
  "UPDATE OR IGNORE metric_scores SET session_no = @into WHERE session_no = @from",
  "DELETE FROM metric_scores WHERE session_no = @from",
  "UPDATE judge_spans SET session_no = @into WHERE session_no = @from",
  "UPDATE OR IGNORE labels SET session_no = @into WHERE session_no = @from",
  "DELETE FROM labels WHERE session_no = @from",
  absorbSpendSql,
  "DELETE FROM session_spend WHERE session_no = @from",
  "UPDATE OR IGNORE model_answers SET session_no = @into WHERE session_no = @from",
  "DELETE FROM model_answers WHERE session_no = @from",
  "UPDATE OR IGNORE session_links SET session_no = @into WHERE session_no = @from",
  "DELETE FROM session_links WHERE session_no = @from",
  "UPDATE session_aliases SET session_no = @into WHERE session_no = @from",
  "INSERT INTO session_aliases SELECT project_id, session_id, @into FROM sessions WHERE session_no = @from",
  `UPDATE sessions SET
     facts_version = sessions.facts_version + 1,
     changed_ms = CASE sessions.changed WHEN 1 THEN sessions.changed_ms ELSE old.changed_ms END, changed = 1, status = 'open', error = NULL,
     start_us = min(sessions.start_us, old.start_us),
     created_ms = min(sessions.created_ms, old.created_ms),
     last_activity_ms = max(sessions.last_activity_ms, old.last_activity_ms),
     tools = CASE sessions.tools WHEN '[]' THEN old.tools ELSE sessions.tools END,
     rejudge = max(sessions.rejudge, old.rejudge),
     rejudge_by = CASE WHEN sessions.rejudge > 0 THEN sessions.rejudge_by ELSE old.rejudge_by END
   FROM (SELECT * FROM sessions WHERE session_no = @from) AS old
   WHERE sessions.session_no = @into`,
  "DELETE FROM sessions WHERE session_no = @from",
];

/** Makes one session part of another and its id an alias of the other's. */
export function prepareAbsorb(db: Database): (from: number, into: number) => void {
  const statements = moves.map((sql) => db.prepare(sql));
  const deleteBuilt = prepareDeleteBuilt(db);
  const summarize = prepareSummarize(db);
  const judgedTurns = db.prepare<[number], number>("SELECT DISTINCT turn FROM judgements WHERE session_no = ?").pluck();
  return (from, into) => {
    deleteBuilt(from);
    summarize.around(into, judgedTurns.all(from), () => {
      for (const statement of statements) statement.run({ from, into });
    });
  };
}
