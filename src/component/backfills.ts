/**
 * Having judges say what they have not said yet of sessions that were judged before: by a new judge, or a new version of one.
 * What is asked for is a mark on each session, as it is for building them again.
 */
import type { Measure } from "./evaluator.ts";
import type { SessionQuery } from "./session-query.ts";

export interface BackfillJudge {
  readonly name: string;
  readonly version: string;
  /** Of an evaluator: each is looked for by its own name and version, and counts as a turn or a trajectory. Absent: it is a judge. */
  readonly measures?: readonly Pick<Measure, "name" | "of" | "version">[];
}

export interface BackfillOptions {
  /** In its order; its own limit and offset do not count. */
  readonly query: Omit<SessionQuery, "limit" | "offset">;
  readonly judges: readonly BackfillJudge[];
  /** Also what these versions have said already. */
  readonly again: boolean;
  /** At most so many sessions are found. */
  readonly limit: number;
}

/** What one judge would be asked. */
export interface BackfillWork {
  readonly turns: number;
  readonly trajectories: number;
  /** Size of these turns as they are stored, in bytes. */
  readonly turnBytes: number;
  /** Of all turns of the sessions whose trajectories would be judged. */
  readonly trajectoryBytes: number;
}

export interface BackfillSlice {
  /** Those in which a judge has something to do, for `request`. */
  readonly sessions: readonly number[];
  /** In the order of the judges. */
  readonly work: readonly BackfillWork[];
  /** Continues. Absent: there is no more. */
  readonly cursor?: string;
}

export interface BackfillRequest {
  readonly project: string;
  readonly sessions: readonly number[];
  /** Absent: all judges. */
  readonly judge?: string;
  readonly again: boolean;
}

/** What waits. Of one project only one backfill waits at a time, to which sessions can be added. */
export interface BackfillState {
  readonly waiting: number;
  readonly judge?: string;
  readonly again: boolean;
}

/** What earlier judgements of one judge used, of those that say so. */
export interface JudgingCosts {
  readonly judgements: number;
  /** Size of what was judged, as it is stored. */
  readonly bytes: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Absent: not of all is it known. */
  readonly costUsd?: number;
}

export interface BackfillStore {
  /**
   * What the judges would be asked of the sessions that match, a slice at a time. Only of sessions with turns that take no more
   * messages. Looks and changes nothing.
   */
  plan(options: BackfillOptions): Promise<BackfillSlice>;
  /** Marks sessions; they are taken when nothing else waits. False, and nothing is marked, when another backfill waits. */
  request(request: BackfillRequest): Promise<boolean>;
  /** Takes the marks of sessions away that nobody has in work, a slice at a time: returns how many, 0 when that was all. */
  cancel(project: string): Promise<number>;
  readState(project: string): Promise<BackfillState>;
  /** Of the newest judgements, of turns and of trajectories. */
  readCosts(
    project: string,
    judge: string,
  ): Promise<{ readonly turns: JudgingCosts; readonly trajectories: JudgingCosts }>;
}
