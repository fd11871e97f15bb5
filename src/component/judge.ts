import type { JudgeIdentity, TrajectoryJudgement, TurnJudgement } from "../model/judgement.ts";
import type { BuiltSession, JudgingOptions, Turn } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import type { AnswerStore } from "../model/answer-store.ts";
import type { SpendLedger } from "../model/spend.ts";
import type { Component, ComponentFactory } from "./component.ts";
import type { JudgeSelection } from "./judge-selection.ts";
import type { SessionRef } from "./store.ts";

/** A turn and the turns before it: what a turn is judged on. */
export interface TurnContext {
  readonly session: BuiltSession;
  /** Whose judgement it is, so that what it costs is known; absent where nothing is stored. */
  readonly ref?: SessionRef;
  /** Told of the judge's own calls, as spans, when it is done, also when it failed. Absent: nobody keeps them. */
  readonly onSpan?: (span: Span) => void;
  readonly judging: JudgingOptions;
  readonly turn: Turn;
  /** This judge's judgements of earlier turns, in order; a failed one is missing. */
  readonly earlier: readonly TurnJudgement[];
}

export interface TrajectoryContext {
  readonly session: BuiltSession;
  /** As a turn's. */
  readonly ref?: SessionRef;
  readonly onSpan?: (span: Span) => void;
  readonly judging: JudgingOptions;
  readonly turns: readonly TurnJudgement[];
}

/**
 * Scores turns and trajectories. Throws JudgeError when it cannot; a failure is never a score. Must not keep state that
 * a restart would lose.
 */
export interface Judge extends Component {
  readonly identity: JudgeIdentity;
  /** Why this judge does not judge at all (say, no API key). Absent: it judges. */
  readonly off?: string;
  /** The requests to models that one judgement takes at most, when all goes well. Absent: none. */
  readonly requests?: readonly JudgeRequest[];
  /** Which sessions it judges without being asked to. Absent: all. */
  readonly selection?: JudgeSelection;
  judgeTurn(context: TurnContext, signal: AbortSignal): Promise<TurnJudgement>;
  judgeTrajectory(context: TrajectoryContext, signal: AbortSignal): Promise<TrajectoryJudgement>;
}

export interface JudgeRequest {
  /** Of its model, in US dollars for a million tokens. Absent: nobody knows. */
  readonly price?: { readonly input: number; readonly output: number };
}

/** Until when a judge is asked nothing about a project's sessions (about anybody's, where none is named), and why. */
export interface JudgePause {
  readonly judge: string;
  readonly project?: string;
  readonly until: Date;
  /** Of the error that paused it. */
  readonly code: string;
  readonly message: string;
}

/** Where a judge that asks paid models keeps what must outlive its process. Absent where nothing is stored. */
export interface JudgeNeeds {
  readonly ledger?: SpendLedger;
  readonly answers?: AnswerStore;
}

export type JudgeFactory<Config = never> = ComponentFactory<Config, Judge, JudgeNeeds>;
