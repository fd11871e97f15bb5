/** Where labels are kept: with the sessions that they speak of, and gone with them. */
import type { Label, LabelledTarget, LabelTarget } from "../model/label.ts";
import type { Score } from "../model/judgement.ts";

/** The session that is labelled. */
export interface LabelledRef {
  readonly project: string;
  readonly id: string;
}

export interface NewLabel extends LabelTarget {
  /** Of the session. */
  readonly sessionId: string;
  readonly labeller: string;
  readonly score: Score;
  readonly note?: string;
  /** The content that it speaks of, where that may be an earlier one. Absent: the content as it is. */
  readonly digest?: string;
  /** Absent: now, or, of the same label again, when it was. */
  readonly labelledAt?: Date;
}

/** Why a label cannot be stored. */
export interface LabelProblem {
  /** Its place in what was given, from 0. */
  readonly at: number;
  readonly what: "session_id" | "target" | "turn" | "tool_call";
  readonly message: string;
}

export type PutLabels = { readonly labels: readonly StoredLabel[] } | { readonly problems: readonly LabelProblem[] };

export interface StoredLabel extends Label {
  readonly sessionId: string;
}

export interface LabelQuery {
  readonly project: string;
  readonly limit: number;
  /** As the page before gave it. */
  readonly after?: number;
}

export interface LabelPage {
  readonly labels: readonly StoredLabel[];
  /** Absent when that was all. */
  readonly next?: number;
}

export interface LabelStore {
  /**
   * All in one commit, or none and why. A label takes the place of the labeller's earlier one for that target; the same again
   * changes nothing, its time included.
   */
  put(project: string, labels: readonly NewLabel[]): Promise<PutLabels>;
  /** False when there is no such session or label. */
  remove(ref: LabelledRef, target: LabelTarget & { readonly labeller: string }): Promise<boolean>;
  /** Of one session, in its order. Undefined when there is no such session. */
  read(ref: LabelledRef): Promise<readonly StoredLabel[] | undefined>;
  /** All of a project, oldest first. */
  find(query: LabelQuery): Promise<LabelPage>;
  /** What people and judges said of the same content, in the project; of very many labels the newest 10,000. */
  readLabelledTargets(project: string): Promise<readonly LabelledTarget[]>;
}
