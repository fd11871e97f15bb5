/** Which sessions are meant, in lists and wherever else they are chosen. */
import type { Score } from "../model/judgement.ts";
import type { SessionSource, SessionStatus } from "../model/session.ts";

export interface SessionQuery {
  readonly project: string;
  readonly status?: SessionStatus;
  readonly conversationId?: string;
  readonly userId?: string;
  readonly agentName?: string;
  readonly model?: string;
  readonly source?: SessionSource;
  /** The trajectory's score. */
  readonly score?: Score;
  readonly has?: readonly ("error" | "harmful_turn")[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** Sessions that have such a score, of any turn or of the session. */
  readonly metric?: MetricFilter;
  /** Last activity, inclusive from, exclusive to. */
  readonly from?: Date;
  readonly to?: Date;
  /** Words that all occur in user, assistant or tool content, names of attachments or reasoning. Data, never query syntax. */
  readonly text?: string;
  readonly limit: number;
  /** As returned by an earlier page; opaque. Throws PermanentError when it is not one of ours. */
  readonly cursor?: string;
  /** For callers that page by number; costs what it skips. */
  readonly offset?: number;
}

export interface MetricFilter {
  readonly evaluator: string;
  readonly name: string;
  /** Absent: any value. */
  readonly below?: number;
}
