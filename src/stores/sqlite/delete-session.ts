import type { SessionRef } from "../../component/store.ts";
import { prepareDeleteBuilt } from "./built-rows.ts";
import type { SessionRows } from "./session-rows.ts";
import type { SpanPayloads } from "./span-payloads.ts";
import type { WriteContext } from "./write-context.ts";

const ownTracesSql = `
  SELECT trace_no FROM session_traces AS own WHERE session_no = @sessionNo AND NOT EXISTS (
    SELECT 1 FROM session_traces AS other WHERE other.trace_no = own.trace_no AND other.session_no <> @sessionNo)`;

const perTrace = [
  "DELETE FROM spans WHERE trace_no = ?",
  "DELETE FROM log_records WHERE trace_no = ?",
  "DELETE FROM traces WHERE trace_no = ?",
];

const ofSession = [
  "session_traces",
  "session_aliases",
  "session_links",
  "messages",
  "intakes",
  "judgements",
  "metric_scores",
  "judge_spans",
  "session_spend",
  "model_answers",
  "labels",
  "sessions",
] as const;

const perSession = [
  "DELETE FROM intake_slices WHERE body_no = (SELECT body_no FROM intakes WHERE session_no = ?)",
  ...ofSession.map((table) => `DELETE FROM ${table} WHERE session_no = ?`),
];

/** Removes a session with everything that belongs to no other session. */
export function createDeleteSession(
  { db, notify }: WriteContext,
  sessions: SessionRows,
  payloads: SpanPayloads,
  forget: () => void,
) {
  const ownTraces = db.prepare<object, number>(ownTracesSql).pluck();
  const basesIn = db
    .prepare<[number], number>(
      `SELECT span_no FROM spans AS base WHERE trace_no = ?
       AND EXISTS (SELECT 1 FROM spans WHERE base_no = base.span_no)`,
    )
    .pluck();
  const deleteTrace = perTrace.map((sql) => db.prepare(sql));
  const deleteRows = perSession.map((sql) => db.prepare(sql));
  const deleteBuilt = prepareDeleteBuilt(db);

  return function deleteSession(ref: SessionRef): boolean {
    const sessionNo = sessions.find(ref);
    if (sessionNo === undefined) return false;
    const { id } = sessions.read(sessionNo);
    for (const traceNo of ownTraces.all({ sessionNo })) {
      for (const spanNo of basesIn.all(traceNo)) payloads.release(spanNo, traceNo);
      for (const statement of deleteTrace) statement.run(traceNo);
    }
    deleteBuilt(sessionNo);
    for (const statement of deleteRows) statement.run(sessionNo);
    forget();
    notify({ project: ref.project, id, kind: "deleted" });
    return true;
  };
}
