/** Labels as rows. A member that a label does not have is 0 or empty, so that they can be part of its key. */
import type { StoredLabel } from "../../component/labels.ts";
import type { Dimension, Score } from "../../model/judgement.ts";
import type { LabelTarget } from "../../model/label.ts";

/** The content that a target has now: joined to `l`, a row of labels. NULL when there is none. */
export const currentDigest = `coalesce(
  (SELECT digest FROM turns AS t WHERE t.session_no = l.session_no AND t.turn = l.turn),
  (SELECT digest FROM sessions AS s WHERE s.session_no = l.session_no AND l.turn = 0))`;

export const labelColumns = `
  l.label_no AS labelNo, (SELECT session_id FROM sessions AS s WHERE s.session_no = l.session_no) AS sessionId,
  l.turn, l.tool_call AS toolCall, l.dimension, l.labeller, l.digest, l.score, l.note, l.labelled_ms AS labelledMs,
  l.digest IS NOT ${currentDigest} AS isStale`;

export interface LabelRow {
  readonly labelNo: number;
  readonly sessionId: string;
  readonly turn: number;
  readonly toolCall: number;
  readonly dimension: Dimension | "";
  readonly labeller: string;
  readonly digest: string;
  readonly score: Score;
  readonly note: string | null;
  readonly labelledMs: number;
  readonly isStale: 0 | 1;
}

/** The columns that say what is labelled. */
export const toTargetColumns = ({ turn = 0, toolCall = 0, dimension }: LabelTarget) => ({
  turn,
  toolCall,
  dimension: dimension ?? "",
});

export function toLabel(row: LabelRow): StoredLabel {
  const { sessionId, turn, toolCall, dimension, labeller, digest, score, note } = row;
  return {
    sessionId,
    ...(turn === 0 ? {} : { turn }),
    ...(toolCall === 0 ? {} : { toolCall }),
    ...(dimension === "" ? {} : { dimension }),
    labeller,
    score,
    ...(note === null ? {} : { note }),
    labelledAt: new Date(row.labelledMs),
    digest,
    isStale: row.isStale === 1,
  };
}
