/** Ceilings on what completions may cost, in tokens and dollars: of a session, of a project's day, of a day. */
import { JudgeError } from "../model/errors.ts";
import {
  type Spend,
  type SpendAccount,
  type SpendCeilings,
  type SpendLedger,
  type SpendRefusal,
  untilNextDay,
  utcDay,
} from "../model/spend.ts";
import type { CallScope } from "./call-scope.ts";

export interface Tokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** US dollars for a million tokens. */
export interface TokenPrice {
  readonly input: number;
  readonly output: number;
}

export interface BudgetOptions {
  /** Whose calls are counted together. */
  readonly judge: string;
  readonly ceilings: SpendCeilings;
  readonly ledger: SpendLedger;
  /** Without one only ceilings in tokens can bite. */
  readonly price?: TokenPrice | undefined;
  readonly now?: () => number;
}

export interface Budget {
  /**
   * Sets aside the most that a call may cost, before it is made, so that calls in flight together stay below the
   * ceiling too. Throws JudgeError `budget_exhausted` when there is no room: for good when a session's is spent, until
   * the day ends when a day's is, and soon to be tried again when it is only set aside.
   */
  reserve(expected: Tokens, scope?: CallScope): Promise<Reservation>;
}

export interface Reservation {
  /** What the call did cost, in place of what was set aside. Only the first report counts. */
  settle(spent: Tokens): Promise<void>;
}

const reservedRetrySeconds = 10;

export function createBudget(options: BudgetOptions): Budget {
  const { judge, ceilings, ledger, price, now = Date.now } = options;
  return {
    async reserve(expected, scope) {
      const at = now();
      const account: SpendAccount = { judge, day: utcDay(at), ...(scope === undefined ? {} : { ref: scope.ref }) };
      const amount = spendOf(expected, price);
      const refusal = await ledger.reserve(account, amount, ceilings).catch((error: unknown) => {
        throw notKept(error);
      });
      if (refusal !== undefined) throw refused(refusal, at);
      let settled = false;
      return {
        async settle(tokens) {
          if (settled) return;
          settled = true;
          // What cannot be noted stays set aside, which is more than it was: that costs no answer its use.
          await ledger.settle(account, amount, spendOf(tokens, price)).catch(() => undefined);
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

function spendOf(tokens: Tokens, price: TokenPrice | undefined): Spend {
  return {
    tokens: tokens.inputTokens + tokens.outputTokens,
    nanoUsd: Math.ceil((costOf(tokens, price) ?? 0) * 1e9),
  };
}

function refused({ ceiling, isSpent }: SpendRefusal, at: number): JudgeError {
  const whose = {
    session: "The session's budget",
    project: "The project's budget for the day",
    day: "The day's budget",
  };
  if (!isSpent) {
    return new JudgeError(
      "budget_exhausted",
      `What is left of ${lowerFirst(whose[ceiling])} is set aside for calls under way`,
      {
        retryable: true,
        usesTry: false,
        retryAfterSeconds: reservedRetrySeconds,
      },
    );
  }
  const message = `${whose[ceiling]} for model calls has no room for another one`;
  if (ceiling === "session") return new JudgeError("budget_exhausted", message, { retryable: false });
  return new JudgeError("budget_exhausted", message, {
    retryable: true,
    pausesJudge: true,
    onlyInProject: ceiling === "project",
    retryAfterSeconds: Math.ceil(untilNextDay(at) / 1000),
  });
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;

/** A call whose cost nobody could count is not made. */
function notKept(cause: unknown): JudgeError {
  return new JudgeError("store_unavailable", "What the call may cost could not be noted", { retryable: true, cause });
}
