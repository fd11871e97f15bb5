/** Has every judge say what it has not said yet about a session. A judge that fails keeps no other from judging. */
import type { Logger, Telemetry } from "../component/component.ts";
import type { Judge } from "../component/judge.ts";
import type {
  Claim,
  JudgementRecord,
  ReleaseOutcome,
  SessionJudgements,
  Store,
  TurnJudgementRecord,
} from "../component/store.ts";
import { JudgeError } from "../model/errors.ts";
import type { TurnJudgement } from "../model/judgement.ts";
import type { BuiltSession, Turn } from "../model/session.ts";
import { settledTurns } from "../session/settled-turns.ts";
import type { JudgePauses } from "./judge-pauses.ts";
import type { JudgeRetries } from "./judge-retries.ts";

export interface JudgingContext {
  readonly store: Store;
  /** In the configured order, which is their rank; those that are off too. */
  readonly judges: readonly Judge[];
  readonly pauses: JudgePauses;
  readonly retries: JudgeRetries;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** The lease has ended: someone else has the session, or it is gone. Whoever holds the claim stops. */
export class LeaseEndedError extends Error {
  override readonly name = "LeaseEndedError";
}

/** Why a judge did not judge the session completely. */
interface Shortfall {
  readonly judge: string;
  readonly code: string;
  readonly message: string;
  readonly retryAt?: Date | undefined;
}

/** One judge's work on one session. */
interface Task extends JudgingContext {
  readonly judge: Judge;
  readonly rank: number;
  readonly session: BuiltSession;
  /** Of its turns those that are to be judged, in their order. */
  readonly turns: readonly Turn[];
  readonly claim: Claim;
  readonly known: SessionJudgements;
  readonly signal: AbortSignal;
}

/**
 * Judges turn by turn, then the trajectory; what a judge has said in this version about this content is not asked again,
 * unless the claim asks for it. Of a session that takes more messages only the turns that are over. Rejects with
 * LeaseEndedError, or with the signal's reason when that aborts.
 */
export async function judgeSession(
  session: BuiltSession,
  claim: Claim,
  signal: AbortSignal,
  context: JudgingContext,
): Promise<ReleaseOutcome> {
  if (session.turns.length === 0) return { status: "completed" };
  const known = await context.store.readJudgements(claim);
  const turns = claim.open === true ? settledTurns(session) : session.turns;
  const shortfalls: Shortfall[] = [];
  let asked = 0;
  for (const [rank, judge] of context.judges.entries()) {
    if (judge.off !== undefined) continue;
    if (claim.rejudgeBy !== undefined && claim.rejudgeBy !== judge.identity.name) continue;
    asked += 1;
    const shortfall = await judgeBy({ ...context, judge, rank, session, turns, claim, known, signal });
    if (shortfall !== undefined) shortfalls.push(shortfall);
  }
  return outcomeOf(shortfalls, asked);
}

/** A session is judged when one judge judged it; what kept another from it is told all the same. */
function outcomeOf(shortfalls: readonly Shortfall[], asked: number): ReleaseOutcome {
  const last = shortfalls.at(-1);
  if (last === undefined) return { status: "completed" };
  const retryTimes = shortfalls.flatMap(({ retryAt }) => retryAt ?? []).sort((a, b) => a.getTime() - b.getTime());
  const [retryAt] = retryTimes;
  return {
    status: shortfalls.length === asked ? "failed" : "completed",
    error: `${last.judge} judge: ${last.message}`,
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}

async function judgeBy(task: Task): Promise<Shortfall | undefined> {
  const { store, judge, rank, session, turns, claim, known, signal } = task;
  const { name, version } = judge.identity;
  const identity = { judge: { name, version }, rank };
  const earlier: TurnJudgement[] = [];
  const saidOf = byTurn(known.turns);
  let shortfall: Shortfall | undefined;
  for (const turn of turns) {
    const judgeIt = async (): Promise<TurnJudgement> =>
      judge.judgeTurn({ session, judging: claim.judging, turn, earlier: [...earlier] }, signal);
    const answer = await ask(task, turn.digest, saidOf.get(turn.turn) ?? [], judgeIt);
    if (answer.result !== undefined) {
      const record = { ...identity, turn: turn.turn, digest: turn.digest, result: answer.result };
      await whileLeased(store.saveTurnJudgement(claim, record));
    }
    if (answer.judgement !== undefined) earlier.push(answer.judgement);
    shortfall ??= answer.shortfall;
    // What follows is judged in the light of this turn, so it waits for it.
    if (answer.shortfall?.retryAt !== undefined) return answer.shortfall;
  }
  if (claim.open === true) return shortfall;
  const context = { session, judging: claim.judging, turns: earlier };
  const answer = await ask(task, session.digest, known.trajectories, async () =>
    judge.judgeTrajectory(context, signal),
  );
  if (answer.result !== undefined) {
    const record = { ...identity, digest: session.digest, result: answer.result };
    await whileLeased(store.saveTrajectoryJudgement(claim, record));
  }
  return shortfall ?? answer.shortfall;
}

function byTurn(records: readonly TurnJudgementRecord[]): ReadonlyMap<number, readonly TurnJudgementRecord[]> {
  const turns = new Map<number, TurnJudgementRecord[]>();
  for (const record of records) {
    const own = turns.get(record.turn);
    if (own === undefined) turns.set(record.turn, [record]);
    else own.push(record);
  }
  return turns;
}

/** Exactly one of `judgement` and `shortfall`; `result` is what is new and must be saved. */
interface Answer<Judgement> {
  readonly judgement?: Judgement;
  readonly shortfall?: Shortfall;
  readonly result?: JudgementRecord<Judgement>["result"];
}

async function ask<Judgement>(
  task: Task,
  digest: string,
  said: readonly JudgementRecord<Judgement>[],
  judgeIt: () => Promise<Judgement>,
): Promise<Answer<Judgement>> {
  const { judge, claim, pauses, retries, signal } = task;
  const { name, version } = judge.identity;
  signal.throwIfAborted();
  const own = said.filter((one) => one.digest === digest && one.judge.name === name);
  const record =
    own.find((one) => one.judge.version === version) ?? (claim.rebuild === true ? lastJudged(own) : undefined);
  if (record?.result.status === "judged" && !claim.rejudge) return { judgement: record.result.judgement };
  const key = JSON.stringify([claim.project, claim.id, name, version, digest]);
  if (claim.rejudge && retries.isGivenUp(key)) retries.forget(key);
  if (record?.result.status === "failed" && retries.isGivenUp(key)) {
    const { code, message } = record.result;
    return { shortfall: { judge: name, code, message } };
  }
  const pause = pauses.of(name);
  if (pause !== undefined) {
    const retryAt = retries.next(key, pause.until.getTime() - Date.now());
    return { shortfall: { judge: name, code: pause.code, message: pause.message, retryAt } };
  }
  const startedAt = performance.now();
  try {
    const judgement = await judgeIt();
    pauses.clear(name);
    count(task, "judged", startedAt);
    return { judgement, result: { status: "judged", judgement } };
  } catch (error) {
    signal.throwIfAborted();
    count(task, "failed", startedAt);
    const { shortfall, result } = failure(task, key, error);
    return record?.result.status === "judged" ? { shortfall } : { shortfall, result }; // a failure takes no judgement's place
  }
}

/** What is only built again keeps what an earlier version of the judge said: it has all judged anew only where that is asked for. */
function lastJudged<Judgement>(records: readonly JudgementRecord<Judgement>[]): JudgementRecord<Judgement> | undefined {
  return records.findLast(({ result }) => result.status === "judged");
}

function failure({ judge, pauses, retries, logger, telemetry }: Task, key: string, thrown: unknown) {
  const { name } = judge.identity;
  if (!(thrown instanceof JudgeError)) logger.error({ err: thrown, judge: name }, "a judge failed unexpectedly");
  const error =
    thrown instanceof JudgeError
      ? thrown
      : new JudgeError("internal", "the judge failed unexpectedly", { retryable: false });
  const { code, message } = error;
  telemetry.count("turnwise_judge_failures", { judge: name, code }, 1);
  let retryAt: Date | undefined;
  if (error.pausesJudge) retryAt = retries.next(key, pauses.pause(name, error).until.getTime() - Date.now());
  else if (error.retryable) retryAt = retries.next(key, (error.retryAfterSeconds ?? 0) * 1000);
  else retries.giveUp(key);
  return { shortfall: { judge: name, code, message, retryAt }, result: { status: "failed", code, message } as const };
}

function count({ judge, telemetry }: Task, outcome: "judged" | "failed", startedAt: number): void {
  const labels = { judge: judge.identity.name };
  telemetry.count("turnwise_judgements", { ...labels, outcome }, 1);
  telemetry.count("turnwise_judge_seconds", labels, (performance.now() - startedAt) / 1000);
}

async function whileLeased(saving: Promise<boolean>): Promise<void> {
  if (!(await saving)) throw new LeaseEndedError("the lease on the session has ended");
}
