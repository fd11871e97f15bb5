/** How much speaks for a session having failed: its signals, each with a weight that was fitted on labelled sessions. */
import type { Signal } from "./outcome-signals.ts";

/**
 * Written by bench/judge/fit.mjs. A session's risk is the sum of its signals (0 to 1 each), each times its weight. Weights below
 * 0 belong to signals that speak for success.
 */
export interface OutcomeWeights {
  /** From this risk on a session counts as failed, if at least two signals of trouble contribute to it. */
  readonly harmfulFrom: number;
  /** Up to this risk a session deserves praise, if nothing else is held against it. */
  readonly helpfulBelow: number;
  readonly weights: Readonly<Record<string, number>>;
}

export interface OutcomeRisk {
  readonly risk: number;
  /** What raises it, the heaviest first. */
  readonly against: readonly Signal[];
}

export function riskOf(signals: readonly Signal[], { weights }: OutcomeWeights): OutcomeRisk {
  const weighed = signals.map((signal) => ({ signal, points: (weights[signal.name] ?? 0) * signal.value }));
  return {
    risk: weighed.reduce((sum, { points }) => sum + points, 0),
    against: weighed
      .filter(({ points }) => points >= speaks)
      .sort((a, b) => b.points - a.points)
      .map(({ signal }) => signal),
  };
}

/** Less than this is no sign of its own. */
const speaks = 0.1;
