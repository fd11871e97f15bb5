/** One question to one judge: whether it is put at all, and what becomes of it. */
import type { Logger, Telemetry } from "../component/component.ts";
import type { Judge, JudgePause } from "../component/judge.ts";
import type { JudgementRecord, SessionJudgements } from "../component/judgement-record.ts";
import type { Claim, Store } from "../component/store.ts";
import { JudgeError } from "../model/errors.ts";
import type { JudgingStatus } from "../model/judging-status.ts";
import type { BuiltSession, Turn } from "../model/session.ts";
import type { JudgePauses } from "./judge-pauses.ts";
import type { JudgeRetries } from "./judge-retries.ts";

export interface AskingContext {
  readonly store: Store;
  readonly pauses: JudgePauses;
  readonly retries: JudgeRetries;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

export interface JudgingContext extends AskingContext {
  /** In the configured order, which is their rank; those that are off too. */
  readonly judges: readonly Judge[];
}

/** What one question needs. */
export interface Asking extends Omit<AskingContext, "store"> {
  readonly judge: Asked;
  readonly claim: Claim;
  readonly signal: AbortSignal;
}

/** Who is asked: a judge, or one measure of an evaluator. */
export interface Asked {
  readonly identity: { readonly name: string; readonly version: string };
  /** With whose pauses it waits. Absent: its own. */
  readonly pausedWith?: string;
}

/** One judge's work on one session. */
export interface Task extends JudgingContext {
  readonly judge: Judge;
  readonly rank: number;
  readonly session: BuiltSession;
  /** Of its turns those that are to be judged, in their order. */
  readonly turns: readonly Turn[];
  readonly claim: Claim;
  readonly known: SessionJudgements;
  readonly signal: AbortSignal;
}

/** Why a judge did not judge the session completely. */
export interface Shortfall extends JudgingStatus {
  readonly status: "waiting" | "paused" | "failed";
  readonly code: string;
  readonly reason: string;
}

/** Exactly one of `judgement` and `shortfall`; `result` is what is new and must be saved. */
export interface Answer<Judgement> {
  readonly judgement?: Judgement;
  readonly shortfall?: Shortfall;
  readonly result?: JudgementRecord<Judgement>["result"];
}

/** Rejects with the signal's reason when that aborts, and with nothing else. `digest`: of what is judged. */
export async function askJudge<Judgement>(
  task: Asking,
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
    return { shortfall: { judge: name, status: "failed", code, reason: message } };
  }
  const pausedWith = judge.pausedWith ?? name;
  const pause = pauses.of(pausedWith, claim.project);
  if (pause !== undefined) return { shortfall: pausedBy(pause, name) };
  const startedAt = performance.now();
  try {
    const judgement = await judgeIt();
    pauses.clear(pausedWith, claim.project);
    count(task, "judged", startedAt);
    return { judgement, result: { status: "judged", judgement } };
  } catch (error) {
    signal.throwIfAborted();
    count(task, "failed", startedAt);
    const { shortfall, result } = failure(task, key, error);
    // A failure takes no judgement's place: of the same version the store sees to that, and keeps the trace of it.
    const isOlder = record?.result.status === "judged" && record.judge.version !== version;
    return isOlder ? { shortfall } : { shortfall, result };
  }
}

/** What is only built again keeps what an earlier version of the judge said: it has all judged anew only where that is asked for. */
function lastJudged<Judgement>(records: readonly JudgementRecord<Judgement>[]): JudgementRecord<Judgement> | undefined {
  return records.findLast(({ result }) => result.status === "judged");
}

function failure(task: Asking, key: string, thrown: unknown) {
  const { judge, logger, telemetry } = task;
  const { name } = judge.identity;
  if (!(thrown instanceof JudgeError)) logger.error({ err: thrown, judge: name }, "a judge failed unexpectedly");
  const error =
    thrown instanceof JudgeError
      ? thrown
      : new JudgeError("internal", "the judge failed unexpectedly", { retryable: false });
  const { code, message } = error;
  telemetry.count("turnwise_judge_failures", { judge: name, code }, 1);
  return { shortfall: shortfallOf(task, key, error), result: { status: "failed", code, message } as const };
}

function shortfallOf({ judge, claim, pauses, retries }: Asking, key: string, error: JudgeError): Shortfall {
  const { name } = judge.identity;
  const { code, message, retryable, retryAfterSeconds = 0 } = error;
  if (error.pausesJudge) return pausedBy(pauses.pause(judge.pausedWith ?? name, claim.project, error), name);
  if (!retryable) retries.giveUp(key);
  const atLeastMs = retryAfterSeconds * 1000;
  const next = (): Date | undefined => (error.usesTry ? retries.next(key, atLeastMs) : retries.wait(key, atLeastMs));
  const retryAt = retryable ? next() : undefined;
  const told = { judge: name, code, reason: message };
  return retryAt === undefined ? { ...told, status: "failed" } : { ...told, status: "waiting", retryAt };
}

/** Waiting for the judge is no try: the session is asked about whenever the pause ends, however often that takes. */
function pausedBy({ code, message, until }: JudgePause, judge: string): Shortfall {
  return { judge, status: "paused", code, reason: message, retryAt: until };
}

function count({ judge, telemetry }: Asking, outcome: "judged" | "failed", startedAt: number): void {
  const labels = { judge: judge.identity.name };
  telemetry.count("turnwise_judgements", { ...labels, outcome }, 1);
  telemetry.count("turnwise_judge_seconds", labels, (performance.now() - startedAt) / 1000);
}
