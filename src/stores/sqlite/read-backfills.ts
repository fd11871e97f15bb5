/** What a backfill would ask of the judges, what waits of it, and what judging cost before. See component/backfills.ts. */
import type { Database } from "better-sqlite3";
import type {
  BackfillJudge,
  BackfillOptions,
  BackfillSlice,
  BackfillState,
  BackfillWork,
  JudgingCosts,
} from "../../component/backfills.ts";
import { prepareFindNumbers } from "./find-sessions.ts";

/** Sessions that are looked at in one slice. */
const sliceSize = 200;
/** The newest judgements, of all judges, in which earlier costs are looked for. */
const newestJudgements = 5000;

type SaidSql = (row: string, turn: string) => string;

/** Whether the judge's version has judged a turn (turn 0: a trajectory) as it is. */
const judgedSql: SaidSql = (row, turn) => `
  EXISTS (SELECT 1 FROM judgements AS j WHERE j.session_no = ${row}.session_no AND j.turn = ${turn} AND j.digest = ${row}.digest
    AND j.judge_name = @name AND j.judge_version = @version AND j.score IS NOT NULL)`;
/** Whether the measure's version has scored it. */
const scoredSql: SaidSql = (row, turn) => `
  EXISTS (SELECT 1 FROM metric_scores AS m WHERE m.session_no = ${row}.session_no AND m.turn = ${turn} AND m.digest = ${row}.digest
    AND m.evaluator = @evaluator AND m.name = @name AND m.version = @version AND m.failed = 0)`;
const turnsSql = (saidSql: SaidSql): string => `
  SELECT t.session_no AS sessionNo, count(*) AS items, sum(octet_length(t.body)) AS bytes
  FROM json_each(@numbers) AS wanted CROSS JOIN turns AS t ON t.session_no = wanted.value
  WHERE @again = 1 OR NOT ${saidSql("t", "t.turn")} GROUP BY t.session_no`;
const bytesOfSession = "(SELECT sum(octet_length(body)) FROM turns WHERE turns.session_no = s.session_no)";
const trajectoriesSql = (saidSql: SaidSql): string => `
  SELECT s.session_no AS sessionNo, 1 AS items, ${bytesOfSession} AS bytes
  FROM json_each(@numbers) AS wanted CROSS JOIN sessions AS s ON s.session_no = wanted.value
  WHERE @again = 1 OR NOT ${saidSql("s", "0")}`;

/** One that has changed is judged when it goes idle, as ever: before that it would be judged in the middle. */
const stateSql = `
  SELECT count(*) AS waiting, max(backfill_by) AS judge, max(backfill) AS mode
  FROM sessions INDEXED BY sessions_to_backfill WHERE backfill > 0 AND changed = 0 AND project_id = ?`;

const costsSql = (isTurn: boolean): string => `
  SELECT count(*) AS judgements, coalesce(sum(bytes), 0) AS bytes, coalesce(sum(inputTokens), 0) AS inputTokens,
    coalesce(sum(outputTokens), 0) AS outputTokens, sum(costUsd) AS costUsd, count(costUsd) AS priced
  FROM (
    SELECT j.result ->> '$.judgement.usage.inputTokens' AS inputTokens, j.result ->> '$.judgement.costUsd' AS costUsd,
      j.result ->> '$.judgement.usage.outputTokens' AS outputTokens, ${isTurn ? "octet_length(t.body)" : bytesOfSession} AS bytes
    FROM (SELECT * FROM judgements ORDER BY judgement_no DESC LIMIT ${newestJudgements}) AS j
      JOIN sessions AS s ON s.session_no = j.session_no
      ${isTurn ? "JOIN turns AS t ON t.session_no = j.session_no AND t.turn = j.turn AND t.digest = j.digest" : ""}
    WHERE s.project_id = @project AND j.judge_name = @judge AND j.score IS NOT NULL AND j.turn ${isTurn ? "> 0" : "= 0"}
  ) WHERE inputTokens > 0`;

/** What one judge has to do in one session. */
interface ItemsRow {
  readonly sessionNo: number;
  readonly items: number;
  readonly bytes: number;
}

interface CostsRow extends Omit<JudgingCosts, "costUsd"> {
  readonly costUsd: number | null;
  readonly priced: number;
}

const nothing: BackfillWork = { turns: 0, trajectories: 0, turnBytes: 0, trajectoryBytes: 0 };

export interface ReadBackfills {
  readonly planBackfill: (options: BackfillOptions) => BackfillSlice;
  readonly readBackfill: (project: string) => BackfillState;
  readonly readJudgingCosts: (
    project: string,
    judge: string,
  ) => { readonly turns: JudgingCosts; readonly trajectories: JudgingCosts };
}

export function createReadBackfills(db: Database): ReadBackfills {
  const prepareBoth = (saidSql: SaidSql) => ({
    turn: db.prepare<object, ItemsRow>(turnsSql(saidSql)),
    session: db.prepare<object, ItemsRow>(trajectoriesSql(saidSql)),
  });
  const [judged, scored] = [prepareBoth(judgedSql), prepareBoth(scoredSql)];
  const state = db.prepare<[string], { waiting: number; judge: string | null; mode: number | null }>(stateSql);
  const turnCosts = db.prepare<object, CostsRow>(costsSql(true));
  const trajectoryCosts = db.prepare<object, CostsRow>(costsSql(false));
  const findNumbers = prepareFindNumbers(db);

  /** By session. */
  function workOf(judge: BackfillJudge, numbers: string, isAgain: boolean): ReadonlyMap<number, BackfillWork> {
    const { name, version, measures } = judge;
    const wanted = { numbers, again: isAgain ? 1 : 0 };
    const work = new Map<number, BackfillWork>();
    const add = (of: "turn" | "session", rows: readonly ItemsRow[]): void => {
      for (const row of rows) work.set(row.sessionNo, plus(work.get(row.sessionNo) ?? nothing, toWork(of, row)));
    };
    for (const of of ["turn", "session"] as const)
      if (measures === undefined) add(of, judged[of].all({ ...wanted, name, version }));
    for (const measure of measures ?? [])
      add(
        measure.of,
        scored[measure.of].all({ ...wanted, evaluator: name, name: measure.name, version: measure.version }),
      );
    return work;
  }

  return {
    planBackfill: db.transaction(({ query, judges, again, limit }: BackfillOptions): BackfillSlice => {
      const { sessions, cursorAfter, isLast } = findNumbers({ ...query, limit: sliceSize });
      const numbers = JSON.stringify(sessions);
      const work = judges.map((judge) => workOf(judge, numbers, again));
      const wanted = sessions.filter((sessionNo) => work.some((own) => own.has(sessionNo)));
      const taken = wanted.slice(0, limit);
      const last = wanted.length > limit ? taken.at(-1) : isLast ? undefined : sessions.at(-1);
      return {
        sessions: taken,
        work: work.map((own) => taken.map((sessionNo) => own.get(sessionNo) ?? nothing).reduce(plus, nothing)),
        ...(last === undefined ? {} : { cursor: cursorAfter(last) }),
      };
    }),

    readBackfill(project: string): BackfillState {
      const { waiting = 0, judge = null, mode } = state.get(project) ?? {};
      return { waiting, again: mode === 2, ...(judge === null ? {} : { judge }) };
    },

    readJudgingCosts: (project: string, judge: string) => ({
      turns: toCosts(turnCosts.get({ project, judge })),
      trajectories: toCosts(trajectoryCosts.get({ project, judge })),
    }),
  };
}

const toWork = (of: "turn" | "session", { items, bytes }: ItemsRow): BackfillWork =>
  of === "turn"
    ? { ...nothing, turns: items, turnBytes: bytes }
    : { ...nothing, trajectories: items, trajectoryBytes: bytes };

const plus = (a: BackfillWork, b: BackfillWork): BackfillWork => ({
  turns: a.turns + b.turns,
  trajectories: a.trajectories + b.trajectories,
  turnBytes: a.turnBytes + b.turnBytes,
  trajectoryBytes: a.trajectoryBytes + b.trajectoryBytes,
});

function toCosts(row: CostsRow | undefined): JudgingCosts {
  const { judgements = 0, bytes = 0, inputTokens = 0, outputTokens = 0, costUsd = null, priced } = row ?? {};
  const isKnown = costUsd !== null && priced === judgements;
  return { judgements, bytes, inputTokens, outputTokens, ...(isKnown ? { costUsd } : {}) };
}
