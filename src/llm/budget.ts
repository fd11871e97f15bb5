/** Ceilings on what completions may cost, in tokens and dollars, per UTC day. In memory: a restart forgets the day's spend. */
import { JudgeError } from "../model/errors.ts";

export interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** US dollars for a million tokens. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
}

export interface BudgetCeilings {
  readonly maxTokensPerDay?: number | undefined;
  /** Needs a price; without one only the token ceiling can bite. */
  readonly maxUsdPerDay?: number | undefined;
}

export interface Budget {
  /**
   * Sets aside the most that a call may cost, before it is made, so that calls in flight together stay below the
   * ceiling too. Throws JudgeError `budget_exhausted` when there is no room: pausing until the day ends when the money
   * is spent, retryable soon when it is only set aside.
   */
  reserve(expected: Tokens): Reservation;
}

export interface Reservation {
  /** What the call did cost, in place of what was set aside. Only the first report counts. */
  settle(spent: Tokens): void;
}

const dayMs = 86_400_000;
const reservedRetrySeconds = 30;

export function createBudget(ceilings: BudgetCeilings, price?: TokenPrice, now: () => number = Date.now): Budget {
  let day = 0;
  let spent = { tokens: 0, usd: 0 };
  let reserved = { tokens: 0, usd: 0 };
  const amountOf = (tokens: Tokens): Amount => ({
    tokens: tokens.inputTokens + tokens.outputTokens,
    usd: costOf(tokens, price) ?? 0,
  });
  const exceeded = (amount: Amount): boolean =>
    amount.tokens > (ceilings.maxTokensPerDay ?? Infinity) || amount.usd > (ceilings.maxUsdPerDay ?? Infinity);

  return {
    reserve(expected) {
      const today = Math.floor(now() / dayMs);
      if (today !== day) {
        day = today;
        spent = { tokens: 0, usd: 0 };
      }
      const amount = amountOf(expected);
      if (exceeded(plus(spent, amount))) throw exhausted(dayMs - (now() % dayMs));
      if (exceeded(plus(plus(spent, reserved), amount))) throw setAside();
      reserved = plus(reserved, amount);
      let settled = false;
      return {
        settle(tokens) {
          if (settled) return;
          settled = true;
          reserved = plus(reserved, amount, -1);
          spent = plus(spent, amountOf(tokens));
        },
      };
    },
  };
}

/** In US dollars; undefined when the price is not known. */
export function costOf(tokens: Tokens, price: TokenPrice | undefined): number | undefined {
  if (price === undefined) return undefined;
  return (tokens.inputTokens * price.input + tokens.outputTokens * price.output) / 1_000_000;
}

interface Amount {
  readonly tokens: number;
  readonly usd: number;
}

function plus(a: Amount, b: Amount, sign = 1): Amount {
  return { tokens: a.tokens + sign * b.tokens, usd: a.usd + sign * b.usd };
}

function exhausted(remainingMs: number): JudgeError {
  return new JudgeError("budget_exhausted", "The day's budget for model calls is spent", {
    retryable: true,
    pausesJudge: true,
    retryAfterSeconds: Math.ceil(remainingMs / 1000),
  });
}

function setAside(): JudgeError {
  return new JudgeError("budget_exhausted", "What is left of the day's budget is set aside for calls under way", {
    retryable: true,
    retryAfterSeconds: reservedRetrySeconds,
  });
}
