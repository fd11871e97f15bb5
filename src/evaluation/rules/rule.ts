/** The contract of a rule: a pure function from what was read of a session to findings that name their evidence. */
import type { Dimension, Evidence } from "../../model/judgement.ts";
import type { SessionReading, SettingReading, TurnReading } from "./reading/session-reading.ts";

/**
 * `note`: says where to look, and scores nothing. `hard`: enough alone to call a turn or trajectory harmful. `soft`: needs
 * a second, independent finding of another rule. Measured on 680 labelled conversations of customer-service agents, of
 * which 44 % failed: with a hard finding 43 of 49 had failed, with soft ones of one rule 18 of 25.
 *
 * Where a rule says "right in N of M findings, other half": of the conversations in which it fires softly or hard, N are
 * labelled wrong (BFCL, of which half is, When2Call, three quarters) or unsafe (R-Judge, 56 %). Thresholds were set on one half of the development data, split by the
 * label's group; N and M are the other half's. It had been read while the rule was thought up: it is not unseen data.
 */
export type Severity = "hard" | "soft" | "note";

export interface Finding {
  /** Name of the rule. */
  readonly rule: string;
  readonly dimension: Dimension;
  readonly severity: Severity;
  /** From 1. */
  readonly turn: number;
  /** Position among the turn's tool calls, from 0. */
  readonly toolCall?: number;
  /** One sentence that a reader can check against the evidence. */
  readonly reasoning: string;
  /** Where it happened; at least a quote, a span or a message. */
  readonly evidence: Evidence;
}

/** What a turn rule looks at: nothing here leads to later turns, because a judgement must not know the future. */
export interface RuleContext {
  readonly session: SettingReading;
  readonly turn: TurnReading;
}

/** Fires on a turn, from the turn and what came before it. */
export interface TurnRule {
  readonly name: string;
  /** Raised when the rule's verdicts change; part of the judge's version. */
  readonly version: number;
  /** One sentence for the documentation. */
  readonly description: string;
  readonly check: (context: RuleContext) => readonly Finding[];
}

/** Fires on the session as a whole, at its end. */
export interface TrajectoryRule extends Omit<TurnRule, "check"> {
  readonly checkTrajectory: (session: SessionReading) => readonly Finding[];
}

export type Rule = TurnRule | TrajectoryRule;
