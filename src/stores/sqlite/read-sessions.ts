/** Sessions, their judgements and their likes, as they are shown. */
import type { Database } from "better-sqlite3";
import type { JudgementRecord, SessionJudgements } from "../../component/judgement-record.ts";
import type { JudgedSession, LinkedSession, SessionRef } from "../../component/store.ts";
import type { TrajectoryJudgement, TurnJudgement } from "../../model/judgement.ts";
import { parseDetails } from "./built-json.ts";
import { parseJudging } from "./judging-column.ts";
import { prepareFindSession } from "./find-session.ts";
import { prepareFindLinked } from "./linked-sessions.ts";
import { toScoreSummary } from "../../model/score-summary.ts";
import { sessionColumns, type SessionRowShown, toSessionHeader } from "./shown-session.ts";
import { prepareShownMetricScores } from "./read-metric-scores.ts";
import { currentJudgementsSql, shownJudgementsSql } from "./shown-judgements.ts";
import { parseStored } from "./stored-json.ts";
import { parseTurn } from "./turn-rows.ts";

interface JudgementRow {
  readonly turn: number;
  readonly digest: string;
  readonly name: string;
  readonly version: string;
  readonly rank: number;
  readonly result: string;
}

type Judged<Judgement> = Extract<JudgementRecord<Judgement>["result"], { status: "judged" }>;

export interface ReadSessions {
  readonly getSession: (ref: SessionRef) => JudgedSession | undefined;
  readonly readJudgements: (ref: SessionRef) => SessionJudgements;
  readonly findLinkedSessions: (ref: SessionRef, links: readonly bigint[], limit: number) => LinkedSession[];
}

export function createReadSessions(db: Database): ReadSessions {
  const find = prepareFindSession(db);
  const session = db.prepare<object, SessionRowShown & { details: string | null }>(
    `SELECT ${sessionColumns}, details FROM sessions LEFT JOIN built_sessions USING (session_no)
     WHERE session_no = @sessionNo`,
  );
  const turns = db
    .prepare<object, string>("SELECT body FROM turns WHERE session_no = @sessionNo ORDER BY turn")
    .pluck();
  const shown = db.prepare<object, { turn: number; result: string }>(shownJudgementsSql);
  const current = db.prepare<object, JudgementRow>(currentJudgementsSql);
  const linked = prepareFindLinked(db);
  const shownMetricScores = prepareShownMetricScores(db);

  return {
    getSession: db.transaction((ref: SessionRef): JudgedSession | undefined => {
      const sessionNo = find(ref);
      const row = sessionNo === undefined ? undefined : session.get({ sessionNo });
      if (row === undefined) return undefined;
      const judged = shown.all({ sessionNo });
      const trajectory = judged.find(({ turn }) => turn === 0);
      return {
        session: {
          ...toSessionHeader(row),
          ...parseDetails(row.details),
          digest: row.digest,
          turns: turns.all({ sessionNo }).map(parseTurn),
        },
        turnJudgements: new Map(
          judged
            .filter(({ turn }) => turn > 0)
            .map(({ turn, result }) => [turn, parseStored<Judged<TurnJudgement>>(result).judgement]),
        ),
        ...(trajectory === undefined
          ? {}
          : { trajectory: parseStored<Judged<TrajectoryJudgement>>(trajectory.result).judgement }),
        summary: toScoreSummary(row),
        judging: parseJudging(row.judging),
        metricScores: shownMetricScores(row.sessionNo),
      };
    }),

    readJudgements: db.transaction((ref: SessionRef): SessionJudgements => {
      const rows = current.all({ sessionNo: find(ref) ?? null });
      return {
        turns: rows.filter(({ turn }) => turn > 0).map((row) => ({ ...toRecord<TurnJudgement>(row), turn: row.turn })),
        trajectories: rows.filter(({ turn }) => turn === 0).map((row) => toRecord<TrajectoryJudgement>(row)),
      };
    }),

    findLinkedSessions: db.transaction((ref: SessionRef, links: readonly bigint[], limit: number): LinkedSession[] =>
      linked(ref.project, find(ref), links, limit),
    ),
  };
}

function toRecord<Judgement>({ name, version, rank, digest, result }: JudgementRow): JudgementRecord<Judgement> {
  return {
    judge: { name, version },
    rank,
    digest,
    result: parseStored<JudgementRecord<Judgement>["result"]>(result),
  };
}
