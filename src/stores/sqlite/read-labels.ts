/** Labels as they are read, alone and beside what judges said of the same content. */
import type { Database } from "better-sqlite3";
import type { LabelledRef, LabelPage, LabelQuery, StoredLabel } from "../../component/labels.ts";
import type { Dimension, Score } from "../../model/judgement.ts";
import { type LabelledTarget, targetKindOf } from "../../model/label.ts";
import { prepareFindSession } from "./find-session.ts";
import { currentDigest, labelColumns, type LabelRow, toLabel } from "./label-columns.ts";

const ofSessionSql = `
  SELECT ${labelColumns} FROM labels AS l WHERE l.session_no = ?
  ORDER BY l.turn = 0, l.turn, l.tool_call, l.dimension, l.labeller`;
const ofProjectSql = `
  SELECT ${labelColumns} FROM labels AS l WHERE l.project_id = @project AND l.label_no > @after
  ORDER BY l.label_no LIMIT @limit`;

/** So many, the newest ones, are compared: reading them takes its time. */
const mostCompared = 10_000;
const oldestComparedSql = `
  SELECT label_no FROM labels WHERE project_id = @project ORDER BY label_no DESC LIMIT 1 OFFSET ${mostCompared}`;
/** Labels that are not stale. */
const currentSql = `
  SELECT l.session_no, l.turn, l.tool_call, l.dimension, l.labeller, l.score, l.digest
  FROM labels AS l
  WHERE l.project_id = @project AND l.label_no > coalesce((${oldestComparedSql}), 0) AND l.digest = ${currentDigest}`;
const key = "session_no AS sessionNo, turn, tool_call AS toolCall, dimension";
const labelsSql = `SELECT ${key}, labeller, score FROM (${currentSql})`;

/** The numbers and names in these paths are the store's own. */
const judgedScore = `
  CASE WHEN c.dimension <> '' THEN j.result -> '$.judgement.dimensions' -> c.dimension ->> 'score'
       WHEN c.tool_call > 0 THEN j.result -> '$.judgement.toolCalls' -> (c.tool_call - 1) ->> 'score'
       ELSE j.score END`;
const judgedSql = `
  SELECT ${key}, judge, version, score FROM (
    SELECT c.*, j.judge_name AS judge, j.judge_version AS version, ${judgedScore} AS score
    FROM (SELECT DISTINCT session_no, turn, tool_call, dimension, digest FROM (${currentSql})) AS c
      JOIN judgements AS j ON j.session_no = c.session_no AND j.turn = c.turn AND j.digest = c.digest
    WHERE j.score IS NOT NULL
  ) WHERE score IS NOT NULL`;

interface TargetRow {
  readonly sessionNo: number;
  readonly turn: number;
  readonly toolCall: number;
  readonly dimension: Dimension | "";
}

interface LabelledRow extends TargetRow {
  readonly labeller: string;
  readonly score: Score;
}

interface JudgedRow extends TargetRow {
  readonly judge: string;
  readonly version: string;
  readonly score: Score;
}

export interface ReadLabels {
  readonly readLabels: (ref: LabelledRef) => StoredLabel[] | undefined;
  readonly findLabels: (query: LabelQuery) => LabelPage;
  readonly readLabelledTargets: (project: string) => LabelledTarget[];
}

export function createReadLabels(db: Database): ReadLabels {
  const find = prepareFindSession(db);
  const ofSession = db.prepare<[number], LabelRow>(ofSessionSql);
  const ofProject = db.prepare<object, LabelRow>(ofProjectSql);
  const labels = db.prepare<object, LabelledRow>(labelsSql);
  const judged = db.prepare<object, JudgedRow>(judgedSql);

  return {
    readLabels(ref: LabelledRef): StoredLabel[] | undefined {
      const sessionNo = find(ref);
      return sessionNo === undefined ? undefined : ofSession.all(sessionNo).map(toLabel);
    },

    findLabels({ project, limit, after = 0 }: LabelQuery): LabelPage {
      const rows = ofProject.all({ project, after, limit: limit + 1 });
      const page = rows.slice(0, limit);
      const next = rows.length > limit ? page.at(-1)?.labelNo : undefined;
      return { labels: page.map(toLabel), ...(next === undefined ? {} : { next }) };
    },

    readLabelledTargets: db.transaction((project: string): LabelledTarget[] => {
      const targets = new Map<string, GrowingTarget>();
      for (const row of labels.all({ project })) {
        const target = targets.get(keyOf(row)) ?? toTarget(row);
        targets.set(keyOf(row), target);
        target.labels.push({ labeller: row.labeller, score: row.score });
      }
      for (const { judge, version, score, ...row } of judged.all({ project }))
        targets.get(keyOf(row))?.judged.push({ judge, version, score });
      return [...targets.values()];
    }),
  };
}

interface GrowingTarget extends LabelledTarget {
  readonly labels: LabelledTarget["labels"][number][];
  readonly judged: LabelledTarget["judged"][number][];
}

const keyOf = ({ sessionNo, turn, toolCall, dimension }: TargetRow): string =>
  `${sessionNo}|${turn}|${toolCall}|${dimension}`;

function toTarget({ turn, toolCall, dimension }: TargetRow): GrowingTarget {
  return {
    kind: targetKindOf({ ...(turn === 0 ? {} : { turn }), ...(toolCall === 0 ? {} : { toolCall }) }),
    ...(dimension === "" ? {} : { dimension }),
    labels: [],
    judged: [],
  };
}
