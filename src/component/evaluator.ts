/** Scores sessions beside the judges: metrics of turns and expectations of whole sessions. What cannot be scored is an error, never a score. */
import type { AnswerStore } from "../model/answer-store.ts";
import type { MetricScore } from "../model/judgement.ts";
import type { BuiltSession, Turn } from "../model/session.ts";
import type { SpendLedger } from "../model/spend.ts";
import type { Component, ComponentFactory } from "./component.ts";
import type { JudgeSelection } from "./judge-selection.ts";

/** What is scored: a turn and what was said before it, or a session as a whole. */
export interface MeasureContext {
  readonly session: BuiltSession;
  /** Whose score it is, so that what it costs is known. */
  readonly ref: { readonly project: string; readonly id: string };
  /** Absent: the session as a whole. */
  readonly turn?: Turn;
}

/** A value 0..1, of which more is better; null where the session gives nothing to score, and the explanation says what is missing. */
export type Measured = Pick<MetricScore, "value" | "label" | "explanation">;

/** One question that an evaluator asks of every turn, or of the session. */
export interface Measure {
  /** Unlike that of any other measure of its evaluator. */
  readonly name: string;
  readonly of: "turn" | "session";
  /** Changes with whatever may change its values. */
  readonly version: string;
  /** The judge whose model it asks: with that judge's pauses it waits. Absent: it asks none. */
  readonly asks?: string;
  /** Throws JudgeError when it cannot; rejects with the signal's reason when that aborts. */
  score(context: MeasureContext, signal: AbortSignal): Promise<Measured>;
}

export interface Evaluator extends Component {
  readonly name: string;
  readonly measures: readonly Measure[];
  /** Which sessions it scores, unless it is asked by name. */
  readonly selection: JudgeSelection;
  /** Why it scores nothing at all. Absent: it scores. */
  readonly off?: string;
}

/** The configured judge whose model evaluators ask. */
export interface ModelJudge {
  readonly id: string;
  /** What its type's schema made of its part. */
  readonly config: unknown;
}

export interface EvaluatorNeeds {
  /** Absent: there is none, and evaluators that ask a model are off. */
  readonly modelJudge?: ModelJudge;
  /** As judges have them. */
  readonly ledger?: SpendLedger;
  readonly answers?: AnswerStore;
}

export type EvaluatorFactory<Config = never> = ComponentFactory<Config, Evaluator, EvaluatorNeeds>;
