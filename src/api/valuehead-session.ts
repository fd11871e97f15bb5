/**
 * The same session in ValueHead's shapes, as its client parses them: texts are never null, lists never null, judgements
 * an object keyed by the turn's number as a string. Source: the client of valuehead-sdk 0.1.0, which ignores fields that
 * it does not know; so dimensions and the judge ride along.
 */
import type { JudgedSession, SessionSummary } from "../component/store.ts";
import { toScoreSummaryDetail, toTrajectoryDetail, toTurnJudgementDetail } from "./session-detail.ts";
import type { TurnJudgement } from "../model/judgement.ts";
import type { ValueHeadDetail, ValueHeadJudgements, ValueHeadListItem } from "./valuehead-contract.ts";

export function toValueHeadDetail({ session, turnJudgements, trajectory, summary }: JudgedSession): ValueHeadDetail {
  return {
    id: session.id,
    status: session.status,
    created_at: session.createdAt.toISOString(),
    total_turns: session.turns.length,
    judgements: toValueHeadJudgements(turnJudgements),
    trajectory: trajectory === undefined ? null : toTrajectoryDetail(trajectory),
    summary: toScoreSummaryDetail(summary),
    error: session.error ?? null,
    metadata: session.metadata,
  };
}

export function toValueHeadListItem(session: SessionSummary): ValueHeadListItem {
  return {
    id: session.id,
    status: session.status,
    created_at: session.createdAt.toISOString(),
    total_turns: session.totalTurns,
    summary: toScoreSummaryDetail(session.summary),
    metadata: session.metadata,
  };
}

/** In order of turns, up to and including `upTo`. */
export function toValueHeadJudgements(
  judgements: ReadonlyMap<number, TurnJudgement>,
  upTo = Number.POSITIVE_INFINITY,
): ValueHeadJudgements {
  const entries = [...judgements].filter(([turn]) => turn <= upTo).sort(([a], [b]) => a - b);
  return Object.fromEntries(entries.map(([turn, judgement]) => [String(turn), toTurnJudgementDetail(judgement)]));
}
