/** Which scores of evaluators are shown, and all that speak of a session as it is now. */
import type { Database } from "better-sqlite3";
import type { MetricScoreRecord, ShownMetricScore } from "../../component/metric-scores.ts";
import type { SessionRef } from "../../component/store.ts";
import { prepareFindSession } from "./find-session.ts";
import { WHOLE_SESSION } from "./metric-score-rows.ts";
import { parseStored } from "./stored-json.ts";

const columns = "m.turn, m.digest, m.evaluator, m.name, m.version, m.failed, m.result, m.value, m.score_no";

/** Those that are not superseded. `sessionNo` and `and` are SQL. */
const currentSql = (sessionNo: string, and = ""): string => `
  SELECT ${columns} FROM metric_scores AS m
    LEFT JOIN turns AS t ON t.session_no = m.session_no AND t.turn = m.turn
    LEFT JOIN sessions AS s ON s.session_no = m.session_no AND m.turn = 0
  WHERE m.session_no = ${sessionNo} AND m.digest = coalesce(t.digest, s.digest) ${and}`;

/** Of each measure of a turn the newest; a failure only where there is no score of any version. */
export const shownMetricScoresSql = (sessionNo: string, and?: string): string => `
  SELECT * FROM (
    SELECT *, row_number() OVER (PARTITION BY turn, evaluator, name ORDER BY failed, score_no DESC) AS place,
      min(score_no) OVER (PARTITION BY evaluator, name) AS first_no
    FROM (${currentSql(sessionNo, and)})
  ) WHERE place = 1`;

interface ScoreRow {
  readonly turn: number;
  readonly digest: string;
  readonly evaluator: string;
  readonly name: string;
  readonly version: string;
  readonly result: string;
}

type Result = MetricScoreRecord["result"];

const turnOf = ({ turn }: ScoreRow): { turn?: number } => (turn === WHOLE_SESSION ? {} : { turn });

export function createReadMetricScores(db: Database) {
  const find = prepareFindSession(db);
  const current = db.prepare<object, ScoreRow>(`${currentSql("@sessionNo")} ORDER BY m.score_no`);
  return (ref: SessionRef): readonly MetricScoreRecord[] =>
    current.all({ sessionNo: find(ref) ?? null }).map((row) => {
      const { digest, evaluator, name, version, result } = row;
      return { evaluator, name, version, digest, ...turnOf(row), result: parseStored<Result>(result) };
    });
}

/** Of turns in their order, then of the session; within each by evaluator, in the order in which they were first scored. */
export function prepareShownMetricScores(db: Database): (sessionNo: number) => readonly ShownMetricScore[] {
  const shown = db.prepare<object, ScoreRow>(
    `${shownMetricScoresSql("@sessionNo")} ORDER BY turn = ${WHOLE_SESSION}, turn, evaluator, first_no`,
  );
  return (sessionNo) =>
    shown.all({ sessionNo }).map((row) => {
      const result = parseStored<Result>(row.result);
      const { evaluator, name, version } = row;
      const place = { evaluator, name, version, ...turnOf(row) };
      return result.status === "judged"
        ? { ...place, ...result.judgement }
        : { ...place, value: null, error: { code: result.code, message: result.message } };
    });
}
