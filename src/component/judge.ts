import type { JudgeIdentity, TrajectoryJudgement, TurnJudgement } from "../model/judgement.ts";
import type { BuiltSession, JudgingOptions, Turn } from "../model/session.ts";
import type { Component, ComponentFactory } from "./component.ts";

/** A turn and the turns before it: what a turn is judged on. */
export interface TurnContext {
  readonly session: BuiltSession;
  readonly judging: JudgingOptions;
  readonly turn: Turn;
  /** This judge's judgements of earlier turns, in order; a failed one is missing. */
  readonly earlier: readonly TurnJudgement[];
}

export interface TrajectoryContext {
  readonly session: BuiltSession;
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
  judgeTurn(context: TurnContext, signal: AbortSignal): Promise<TurnJudgement>;
  judgeTrajectory(context: TrajectoryContext, signal: AbortSignal): Promise<TrajectoryJudgement>;
}

export type JudgeFactory<Config = never> = ComponentFactory<Config, Judge>;
