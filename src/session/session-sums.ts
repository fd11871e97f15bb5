/** What a session's turns add up to, after each of them: where a session goes on, only new turns are added. */
import type { BuiltSession, TokenUsage, Turn } from "../model/session.ts";
import { addCharge, addUsage, chargeOf, noCharge, noUsage, totalOf } from "./token-usage.ts";
import type { Charge } from "./token-usage.ts";

export interface SessionSums {
  /** Of what each turn says of itself. */
  readonly usage: TokenUsage;
  readonly charge: Charge;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
}

const noTurns: SessionSums = { usage: noUsage, charge: noCharge };

/** After each of the turns. `before`: after the turn before them. */
export function sumsAfter(turns: readonly Turn[], before: SessionSums = noTurns): readonly SessionSums[] {
  let sums = before;
  return turns.map((turn) => (sums = addTurn(sums, turn)));
}

function addTurn(sums: SessionSums, turn: Turn): SessionSums {
  const startedAt = turn.startedAt === undefined ? sums.startedAt : earlierOf(sums.startedAt, turn.startedAt);
  const end = turn.endedAt ?? turn.startedAt;
  const endedAt = end === undefined ? sums.endedAt : laterOf(sums.endedAt, end);
  return {
    usage: addUsage(sums.usage, turn.usage),
    charge: addCharge(sums.charge, chargeOf(turn.steps)),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}

/** As the session shows it. */
export function shownSums(
  sums: SessionSums = noTurns,
): Pick<BuiltSession, "usage" | "costUsd" | "startedAt" | "endedAt"> {
  const { usage, charge, startedAt, endedAt } = sums;
  const costUsd = totalOf(charge);
  return {
    usage,
    ...(costUsd === undefined ? {} : { costUsd }),
    ...(startedAt === undefined || endedAt === undefined ? {} : { startedAt, endedAt }),
  };
}

function earlierOf(a: Date | undefined, b: Date): Date {
  return a === undefined || b.getTime() < a.getTime() ? b : a;
}

function laterOf(a: Date | undefined, b: Date): Date {
  return a === undefined || b.getTime() > a.getTime() ? b : a;
}
