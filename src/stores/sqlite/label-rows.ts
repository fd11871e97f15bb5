/** Labels as they are written. See component/labels.ts. */
import type { LabelledRef, LabelProblem, NewLabel, PutLabels, StoredLabel } from "../../component/labels.ts";
import type { LabelTarget } from "../../model/label.ts";
import { labelColumns, type LabelRow, toLabel, toTargetColumns } from "./label-columns.ts";
import type { SessionRows } from "./session-rows.ts";
import type { WriteContext } from "./write-context.ts";

const putSql = `
  INSERT INTO labels (project_id, session_no, turn, tool_call, dimension, labeller, digest, score, note, labelled_ms)
  VALUES (@project, @sessionNo, @turn, @toolCall, @dimension, @labeller, @digest, @score, @note, coalesce(@labelledMs, @now))
  ON CONFLICT (session_no, turn, tool_call, dimension, labeller) DO UPDATE SET
    labelled_ms = iif(@labelledMs IS NULL AND digest = excluded.digest AND score = excluded.score AND note IS excluded.note,
      labelled_ms, excluded.labelled_ms),
    digest = excluded.digest, score = excluded.score, note = excluded.note`;

const atTarget = `
  session_no = @sessionNo AND turn = @turn AND tool_call = @toolCall AND dimension = @dimension AND labeller = @labeller`;

const turnSql = "SELECT digest FROM turns WHERE session_no = ? AND turn = ?";
const toolCallsSql = `
  SELECT count(*) FROM turns, json_each(body, '$.steps') AS step
  WHERE session_no = ? AND turn = ? AND step.value ->> '$.type' = 'tool_call'`;

/** Where a label goes. */
interface Place {
  readonly sessionNo: number;
  readonly digest: string;
}

type Found = Place | Omit<LabelProblem, "at">;

export function createLabelRows({ db, now }: WriteContext, sessions: SessionRows) {
  const insert = db.prepare(putSql);
  const remove = db.prepare(`DELETE FROM labels WHERE ${atTarget}`);
  const stored = db.prepare<object, LabelRow>(`SELECT ${labelColumns} FROM labels AS l WHERE ${atTarget}`);
  const digestOf = db.prepare<[number, number], string>(turnSql).pluck();
  const toolCallsOf = db.prepare<[number, number], number>(toolCallsSql).pluck();
  const sessionOf = db.prepare<[number], { digest: string; turns: number }>(
    "SELECT digest, total_turns AS turns FROM sessions WHERE session_no = ?",
  );

  function find(project: string, { sessionId, turn, toolCall, digest }: NewLabel): Found {
    const sessionNo = sessions.find({ project, id: sessionId });
    const session = sessionNo === undefined ? undefined : sessionOf.get(sessionNo);
    if (sessionNo === undefined || session === undefined)
      return { what: "session_id", message: "there is no session with this id" };
    if (digest !== undefined) return { sessionNo, digest };
    if (turn === undefined) {
      if (session.turns > 0) return { sessionNo, digest: session.digest };
      return { what: "target", message: "the session has no turns yet" };
    }
    const current = digestOf.get(sessionNo, turn);
    if (current === undefined) return { what: "turn", message: `the session has ${session.turns} turns` };
    const toolCalls = toolCall === undefined ? 0 : (toolCallsOf.get(sessionNo, turn) ?? 0);
    if (toolCall !== undefined && toolCall > toolCalls)
      return { what: "tool_call", message: `the turn has ${toolCalls} tool calls` };
    return { sessionNo, digest: current };
  }

  function put(project: string, label: NewLabel, { sessionNo, digest }: Place): StoredLabel {
    const { labeller, score, note = null, labelledAt } = label;
    const key = { sessionNo, ...toTargetColumns(label), labeller };
    const labelledMs = labelledAt?.getTime() ?? null;
    insert.run({ project, ...key, digest, score, note, labelledMs, now: now() });
    const row = stored.get(key);
    if (row === undefined) throw new Error("the label was not stored");
    return toLabel(row);
  }

  return {
    putLabels(project: string, labels: readonly NewLabel[]): PutLabels {
      const found = labels.map((label) => ({ label, place: find(project, label) }));
      const problems = found.flatMap(({ place }, at) => ("what" in place ? [{ at, ...place }] : []));
      if (problems.length > 0) return { problems };
      return { labels: found.flatMap(({ label, place }) => ("what" in place ? [] : [put(project, label, place)])) };
    },

    removeLabel(ref: LabelledRef, target: LabelTarget & { readonly labeller: string }): boolean {
      const sessionNo = sessions.find(ref);
      if (sessionNo === undefined) return false;
      return remove.run({ sessionNo, ...toTargetColumns(target), labeller: target.labeller }).changes > 0;
    },
  };
}
