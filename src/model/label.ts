/** Labels: what people say of turns, tool calls and sessions, on the judges' own scale. Judges are measured by them. */
import type { Dimension, Score } from "./judgement.ts";

export type TargetKind = "turn" | "tool_call" | "trajectory";

/** What a label speaks of: a turn, a tool call of it, or, without either, the session as a whole. */
export interface LabelTarget {
  /** From 1. */
  readonly turn?: number;
  /** From 1, in the order of the turn's judged tool calls. */
  readonly toolCall?: number;
  /** One dimension of the rubric, of a turn. Absent: all in all. */
  readonly dimension?: Dimension;
}

export function targetKindOf({ turn, toolCall }: LabelTarget): TargetKind {
  if (turn === undefined) return "trajectory";
  return toolCall === undefined ? "turn" : "tool_call";
}

/** A labeller has one label for each target: another one takes its place. */
export interface Label extends LabelTarget {
  readonly score: Score;
  /** Who says it: an account's e-mail, `local` where nobody is asked, or a name that was given. */
  readonly labeller: string;
  readonly note?: string;
  readonly labelledAt: Date;
  /** The digest of the turn, or of the session, that was labelled. */
  readonly digest: string;
  /** That content is no longer the session's: the label stays, and counts for nothing. */
  readonly isStale: boolean;
}

/** A target with labels that are not stale, and what judges said of the same content. */
export interface LabelledTarget {
  readonly kind: TargetKind;
  readonly dimension?: Dimension;
  /** One a labeller. */
  readonly labels: readonly { readonly labeller: string; readonly score: Score }[];
  /** One a judge and version. */
  readonly judged: readonly { readonly judge: string; readonly version: string; readonly score: Score }[];
}
