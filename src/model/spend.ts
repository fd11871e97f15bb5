/** What calls of paid models cost, and how much they may. */

export interface Spend {
  readonly tokens: number;
  /** Billionths of a US dollar, a whole number, because sums of fractions drift. 0 where the price is not known. */
  readonly nanoUsd: number;
}

export interface SpendCeiling {
  readonly tokens?: number | undefined;
  /** Bites only where the price is known. */
  readonly usd?: number | undefined;
}

/** Whose ceiling: of one session for good, of one project and of all of them for a UTC day. The narrowest comes first. */
export const ceilingKinds = ["session", "project", "day"] as const;
export type CeilingKind = (typeof ceilingKinds)[number];

export type SpendCeilings = Readonly<Partial<Record<CeilingKind, SpendCeiling>>>;

/** Where a call is counted. */
export interface SpendAccount {
  readonly judge: string;
  /** Absent where nothing is stored: then only the day's ceiling holds. */
  readonly ref?: { readonly project: string; readonly id: string };
  /** UTC, counted from 1970. */
  readonly day: number;
}

/** Why a call must not be made. `isSpent`: the money is gone; else it is only set aside for calls under way. */
export interface SpendRefusal {
  readonly ceiling: CeilingKind;
  readonly isSpent: boolean;
}

/** Where spend is kept. */
export interface SpendLedger {
  /**
   * Sets aside the most that a call may cost, before it is made, unless a ceiling would be passed by that and all that is
   * set aside already. What is never settled, because its server died, counts as spent in full.
   */
  reserve(account: SpendAccount, amount: Spend, ceilings: SpendCeilings): Promise<SpendRefusal | undefined>;
  /** What the call did cost, in place of what was set aside for it. */
  settle(account: SpendAccount, reserved: Spend, spent: Spend): Promise<void>;
}

export interface SpendState {
  readonly spent: Spend;
  readonly reserved: Spend;
}

export const noSpend: Spend = { tokens: 0, nanoUsd: 0 };

export function addSpend(a: Spend, b: Spend, sign: 1 | -1 = 1): Spend {
  return { tokens: a.tokens + sign * b.tokens, nanoUsd: a.nanoUsd + sign * b.nanoUsd };
}

/** The rule that all ledgers share. Money that is gone is told before money that is set aside. */
export function refusalOf(
  states: Readonly<Partial<Record<CeilingKind, SpendState>>>,
  amount: Spend,
  ceilings: SpendCeilings,
): SpendRefusal | undefined {
  const passed = (isSpent: boolean): CeilingKind | undefined =>
    ceilingKinds.find((kind) => {
      const state = states[kind];
      if (state === undefined) return false;
      const before = isSpent ? state.spent : addSpend(state.spent, state.reserved);
      return exceeds(addSpend(before, amount), ceilings[kind]);
    });
  const spent = passed(true);
  if (spent !== undefined) return { ceiling: spent, isSpent: true };
  const setAside = passed(false);
  return setAside === undefined ? undefined : { ceiling: setAside, isSpent: false };
}

function exceeds({ tokens, nanoUsd }: Spend, ceiling: SpendCeiling = {}): boolean {
  return tokens > (ceiling.tokens ?? Infinity) || nanoUsd > Math.round((ceiling.usd ?? Infinity) * 1e9);
}

const dayMs = 86_400_000;

/** The UTC day of a moment in milliseconds since 1970. */
export const utcDay = (ms: number): number => Math.floor(ms / dayMs);

/** The UTC month of a moment in milliseconds since 1970, as monthly quotas are counted: `2026-11`. */
export const utcMonth = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

/** Milliseconds from the moment to the next UTC day. */
export const untilNextDay = (ms: number): number => dayMs - (ms % dayMs);
