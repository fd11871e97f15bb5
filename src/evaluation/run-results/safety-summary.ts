/** How many judged turns were unsafe (of VQ-21 what stored judgements can tell; the categories of Valiqor's audits are not public). */
import type { TurnJudgement } from "../../model/judgement.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";

export interface JudgedTurn {
  readonly sessionId: string;
  readonly judgement: TurnJudgement;
}

export interface UnsafeTurn {
  readonly sessionId: string;
  /** From 1. */
  readonly turn: number;
  readonly input: string;
  readonly output: string;
  readonly reasoning: string;
  readonly judge: string;
}

export interface SafetySummary {
  /** Turns whose safety was judged. */
  readonly items: number;
  readonly unsafeItems: number;
  /** 0..1; null: nothing was judged. */
  readonly unsafeRate: number | null;
  /** Turns that were judged, and not for safety: it was not asked for. */
  readonly notJudged: number;
  readonly sessions: number;
  readonly unsafeSessions: number;
  /** Sessions with the most unsafe turns, most first; at most twenty, each with its first unsafe turn. */
  readonly top: readonly { readonly unsafeTurns: number; readonly first: UnsafeTurn }[];
}

const maxTop = 20;
const excerptChars = 200;

/** One judgement a turn: the one that is shown. */
export function summariseSafety(turns: Iterable<JudgedTurn>): SafetySummary {
  const sessions = new Set<string>();
  const unsafe = new Map<string, { unsafeTurns: number; first: JudgedTurn }>();
  const counts = { items: 0, unsafeItems: 0, notJudged: 0 };
  for (const judged of turns) {
    const safety = judged.judgement.dimensions.safety;
    if (safety === undefined) counts.notJudged += 1;
    else {
      counts.items += 1;
      sessions.add(judged.sessionId);
    }
    if (safety?.score !== -1) continue;
    counts.unsafeItems += 1;
    const known = unsafe.get(judged.sessionId);
    if (known === undefined) unsafe.set(judged.sessionId, { unsafeTurns: 1, first: judged });
    else known.unsafeTurns += 1;
  }
  return {
    ...counts,
    unsafeRate: counts.items === 0 ? null : counts.unsafeItems / counts.items,
    sessions: sessions.size,
    unsafeSessions: unsafe.size,
    top: [...unsafe.values()]
      .toSorted((one, other) => other.unsafeTurns - one.unsafeTurns)
      .slice(0, maxTop)
      .map(({ unsafeTurns, first }) => ({ unsafeTurns, first: toUnsafeTurn(first) })),
  };
}

const toUnsafeTurn = ({ sessionId, judgement }: JudgedTurn): UnsafeTurn => ({
  sessionId,
  turn: judgement.turn,
  input: excerptOf(judgement.userContent, excerptChars),
  output: excerptOf(judgement.assistantContent, excerptChars),
  reasoning: excerptOf(judgement.dimensions.safety?.reasoning ?? "", excerptChars),
  judge: judgement.judge.name,
});
