/** Lists sessions: newest activity first, page after page, filtered. Values are bound; only fixed text becomes SQL. */
import type { Database } from "better-sqlite3";
import type { MetricFilter, SessionQuery } from "../../component/session-query.ts";
import type { SessionPage } from "../../component/store.ts";
import { PermanentError } from "../../model/errors.ts";
import { type CursorPosition, formatCursor, parseCursor } from "./cursor.ts";
import { shownMetricScoresSql } from "./read-metric-scores.ts";
import { sessionColumns, type SessionRowShown, toSessionSummary } from "./shown-session.ts";
import { wordQueries } from "./word-query.ts";

type Values = Record<string, string | number>;

interface Filter {
  readonly where: string;
  readonly values: Values;
}

/** The members of a query that are plain comparisons, each with its condition. */
const comparisons = [
  ["status", "status = @status"],
  ["conversationId", "conversation_id = @conversationId"],
  ["userId", "user_id = @userId"],
  ["agentName", "agent_name = @agentName"],
  ["model", "EXISTS (SELECT 1 FROM json_each(models) WHERE value = @model)"],
  ["source", "source = @source"],
  ["score", "trajectory_score = @score"],
] as const;

const flags = { error: "has_error = 1", harmful_turn: "harmful > 0" } as const;

const MAX_FILTERS = 100;

/** Of so many scores the sessions are looked up. Of more, sessions are walked in the list's order, and soon there is a page. */
const FEW_SCORES = 2000;
/** Of so many, the walk passes by all other sessions. */
const MANY_SCORES = 100_000;

const order = "ORDER BY last_activity_ms DESC, session_no DESC";

export function createFindSessions(db: Database) {
  return {
    findSessions: (query: SessionQuery): SessionPage => {
      const { from, where, values } = choose(db, query, cursorFilter(query));
      const rows = db
        .prepare<Values, SessionRowShown>(
          `SELECT ${sessionColumns} FROM ${from} LEFT JOIN built_sessions USING (session_no)
           WHERE ${where} ${order} LIMIT @limit OFFSET @offset`,
        )
        .all({ ...values, limit: query.limit + 1, offset: query.offset ?? 0 });
      const shown = rows.slice(0, query.limit);
      const last = rows.length > query.limit ? shown.at(-1) : undefined;
      return {
        sessions: shown.map(toSessionSummary),
        ...(last === undefined ? {} : { nextCursor: formatCursor(last.lastActivityMs, last.sessionNo) }),
      };
    },

    countSessions: (query: SessionQuery): number => {
      const { from, where, values } = choose(db, query);
      return db.prepare<Values, number>(`SELECT count(*) FROM ${from} WHERE ${where}`).pluck().get(values) ?? 0;
    },
  };
}

/** Sessions as a backfill looks at them: with turns, and taking no more messages. */
export function prepareFindNumbers(db: Database) {
  return (query: SessionQuery) => {
    const { from, where, values } = choose(db, query, cursorFilter(query));
    const rows = db
      .prepare<Values, CursorPosition>(
        `SELECT session_no AS sessionNo, last_activity_ms AS lastActivityMs FROM ${from}
         WHERE ${where} AND total_turns > 0 AND takes_messages = 0 ${order} LIMIT @limit`,
      )
      .all({ ...values, limit: query.limit + 1 });
    const found = rows.slice(0, query.limit);
    return {
      sessions: found.map(({ sessionNo }) => sessionNo),
      isLast: rows.length <= query.limit,
      /** Continues behind one of them. */
      cursorAfter: (sessionNo: number): string => {
        const row = found.find((each) => each.sessionNo === sessionNo);
        if (row === undefined) throw new Error("the session is not one of those that were found");
        return formatCursor(row.lastActivityMs, sessionNo);
      },
    };
  };
}

interface Chosen extends Filter {
  /** Where they are looked for. */
  readonly from: string;
}

function choose(db: Database, query: SessionQuery, more: readonly Filter[] = []): Chosen {
  const { metric } = query;
  const scores = metric === undefined ? Infinity : countScores(db, metric);
  const isFew = scores <= FEW_SCORES;
  const scored = metric === undefined || scores > MANY_SCORES ? [] : [scoredFilter(metric, isFew)];
  return { ...allOf([...filtersOf(query), ...scored, ...more]), from: sessionsFor(query, isFew) };
}

/** Left alone, SQLite walks all sessions in the list's order to look for the few that a name, a word or a score leaves. */
function sessionsFor({ conversationId, text }: SessionQuery, isFew: boolean): string {
  if (conversationId !== undefined) return "sessions INDEXED BY sessions_by_conversation";
  return text === undefined && !isFew ? "sessions" : "sessions NOT INDEXED";
}

function allOf(filters: readonly Filter[]): Filter {
  if (filters.length > MAX_FILTERS)
    throw new PermanentError(`A query has at most ${MAX_FILTERS} words and conditions.`);
  return {
    where: filters.map(({ where }) => where).join(" AND "),
    values: Object.fromEntries(filters.flatMap(({ values }) => Object.entries(values))),
  };
}

function filtersOf(query: SessionQuery): Filter[] {
  const { project, has = [], metadata = {}, metric, from, to, text } = query;
  return [
    { where: "project_id = @project AND listed = 1", values: { project } },
    ...comparisons.flatMap(([name, where]) => {
      const value = query[name];
      return value === undefined ? [] : [{ where, values: { [name]: value } }];
    }),
    ...has.map((flag) => ({ where: flags[flag], values: {} })),
    ...Object.entries(metadata).map(([key, value], index) => metadataFilter(key, value, index)),
    ...(metric === undefined ? [] : [metricFilter(metric)]),
    ...(from === undefined ? [] : [{ where: "last_activity_ms >= @from", values: { from: from.getTime() } }]),
    ...(to === undefined ? [] : [{ where: "last_activity_ms < @to", values: { to: to.getTime() } }]),
    ...(text === undefined ? [] : wordQueries(text).map(wordFilter)),
  ];
}

/** The value as text; a boolean as JSON writes it. */
function metadataFilter(key: string, value: string, index: number): Filter {
  return {
    where: `EXISTS (SELECT 1 FROM json_each(metadata) WHERE key = @key${index} AND
      CASE type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(value AS TEXT) END = @value${index})`,
    values: { [`key${index}`]: key, [`value${index}`]: value },
  };
}

/** Of the scores those that are shown. */
function metricFilter(metric: MetricFilter): Filter {
  return {
    where: `EXISTS (
      SELECT 1 FROM (${shownMetricScoresSql("sessions.session_no", "AND m.evaluator = @evaluator AND m.name = @metric")})
      WHERE ${hasValue(metric)})`,
    values: metricValues(metric),
  };
}

const hasValue = ({ below }: MetricFilter): string =>
  `value IS NOT NULL${below === undefined ? "" : " AND value < @metricBelow"}`;

const metricValues = ({ evaluator, name, below }: MetricFilter): Values => ({
  evaluator,
  metric: name,
  ...(below === undefined ? {} : { metricBelow: below }),
});

/** Sessions with such a score, superseded or not: what index metric_scores_by_value knows. */
const scoredSql = (metric: MetricFilter): string =>
  `SELECT session_no FROM metric_scores WHERE evaluator = @evaluator AND name = @metric AND ${hasValue(metric)}`;

/** The plus keeps SQLite from looking up each of them, and from sorting them all. */
const scoredFilter = (metric: MetricFilter, isFew: boolean): Filter => ({
  where: `${isFew ? "" : "+"}session_no IN (${scoredSql(metric)})`,
  values: {},
});

/** Counted no further than matters. */
function countScores(db: Database, metric: MetricFilter): number {
  const sql = `SELECT count(*) FROM (${scoredSql(metric)} LIMIT ${MANY_SCORES + 1})`;
  return db.prepare<Values, number>(sql).pluck().get(metricValues(metric)) ?? 0;
}

/** Each word may be in another turn. */
function wordFilter(word: string, index: number): Filter {
  return {
    where: `session_no IN (SELECT turns.session_no FROM turn_words JOIN turns ON turns.turn_no = turn_words.rowid
      WHERE turn_words MATCH @word${index})`,
    values: { [`word${index}`]: word },
  };
}

function cursorFilter({ cursor }: SessionQuery): Filter[] {
  if (cursor === undefined) return [];
  const { lastActivityMs, sessionNo } = parseCursor(cursor);
  return [
    {
      where: "(last_activity_ms, session_no) < (@cursorMs, @cursorNo)",
      values: { cursorMs: lastActivityMs, cursorNo: sessionNo },
    },
  ];
}
