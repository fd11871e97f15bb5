import type { SessionJudgements, TurnJudgementRecord } from "../component/judgement-record.ts";
import type { Claim, ReleaseOutcome } from "../component/store.ts";
import type { JudgingStatus } from "../model/judging-status.ts";
import type { Score, TurnJudgement } from "../model/judgement.ts";
import type { BuiltSession } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { settledTurns } from "../session/settled-turns.ts";
import { askJudge, type JudgingContext, type Shortfall, type Task } from "./ask-judge.ts";
import { LeaseEndedError } from "./lease.ts";
import { leaveOut } from "./leave-out.ts";
import { wishedOf } from "./wished-of.ts";

export type { JudgingContext } from "./ask-judge.ts";
export { LeaseEndedError } from "./lease.ts";

/** What one judge made of the session. */
interface Work {
  readonly scores: readonly Score[];
  readonly shortfall?: Shortfall | undefined;
}

/**
 * Judges turn by turn, then the trajectory; what a judge has said in this version about this content is not asked again,
 * unless the claim asks for it. Of a session that takes more messages only the turns that are over. A judge's selection
 * holds unless somebody asked for its judgement. Rejects with LeaseEndedError, or with the signal's reason when that aborts.
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
  const done = new Map<string, Work>();
  const judging: JudgingStatus[] = [];
  for (const [rank, judge] of context.judges.entries()) {
    const { name } = judge.identity;
    if (judge.off !== undefined) continue;
    const own = wishedOf(name, claim);
    if (own === undefined) continue;
    const task = { ...context, judge, rank, session, turns, claim: own, known, signal };
    const isAskedFor = own.rejudge || own.backfill !== undefined;
    const leftOut = isAskedFor ? undefined : leftOutOf(task, done);
    if (leftOut !== undefined) {
      judging.push(leftOut);
      continue;
    }
    const work = await judgeBy(task);
    done.set(name, work);
    judging.push(work.shortfall ?? { judge: name, status: "judged" });
  }
  const wasJudged = claim.backfill !== undefined && known.trajectories.some(({ result }) => result.status === "judged");
  return outcomeOf(judging, done, wasJudged);
}

/** What is said of a judge that does not judge the session, or not yet; undefined when it does. */
function leftOutOf(task: Task, done: ReadonlyMap<string, Work>): JudgingStatus | undefined {
  const { judge, claim, session, known, telemetry } = task;
  const { selection, identity } = judge;
  if (selection === undefined) return undefined;
  const isFlaggedBy = (flagger: string): boolean =>
    (done.get(flagger)?.scores ?? scoresOf(known, flagger)).includes(-1);
  const leftOut = leaveOut(selection, { claim, session, isFlaggedBy });
  if (leftOut === undefined) return undefined;
  if (hasJudged(known, identity.name, session)) return { judge: identity.name, status: "judged" };
  const flagger = done.get(selection.when.flagged_by ?? "")?.shortfall;
  const mayBeFlagged = leaveOut(selection, { claim, session, isFlaggedBy: () => true }) === undefined;
  if (mayBeFlagged && flagger?.retryAt !== undefined) return waitsFor(flagger, identity.name);
  telemetry.count("turnwise_judge_skipped", { judge: identity.name, code: leftOut.code }, 1);
  return { judge: identity.name, status: "skipped", ...leftOut };
}

/** What is said of who waits for what another judge will say. */
export function waitsFor({ judge: other, retryAt }: JudgingStatus, judge: string): JudgingStatus {
  const reason = `whether it is to judge this depends on the judge ${other}, which could not judge it yet`;
  return { judge, status: "waiting", code: "depends", reason, ...(retryAt === undefined ? {} : { retryAt }) };
}

/** All that the judge said of the session as it is. */
export function scoresOf({ turns, trajectories }: SessionJudgements, name: string): readonly Score[] {
  return [...turns, ...trajectories].flatMap(({ judge, result }) =>
    judge.name === name && result.status === "judged" ? [result.judgement.score] : [],
  );
}

/** Somebody had asked for it. */
function hasJudged({ trajectories }: SessionJudgements, name: string, { digest }: BuiltSession): boolean {
  return trajectories.some(
    (record) => record.judge.name === name && record.digest === digest && record.result.status === "judged",
  );
}

/** A session is judged when one judge judged it; what kept another from it is told all the same. */
function outcomeOf(
  judging: readonly JudgingStatus[],
  done: ReadonlyMap<string, Work>,
  wasJudged: boolean,
): ReleaseOutcome {
  const shortfalls = [...done.values()].flatMap(({ shortfall }) => shortfall ?? []);
  const last = shortfalls.at(-1);
  if (last === undefined) return { status: "completed", judging };
  const retryTimes = shortfalls.flatMap(({ retryAt }) => retryAt ?? []).sort((a, b) => a.getTime() - b.getTime());
  const [retryAt] = retryTimes;
  return {
    status: shortfalls.length === done.size && !wasJudged ? "failed" : "completed",
    error: `${last.judge} judge: ${last.reason}`,
    ...(retryAt === undefined ? {} : { retryAt }),
    judging,
  };
}

async function judgeBy(task: Task): Promise<Work> {
  const { store, judge, rank, session, turns, claim, known, signal } = task;
  const { name, version } = judge.identity;
  const identity = { judge: { name, version }, rank };
  const ref = { project: claim.project, id: claim.id };
  const earlier: TurnJudgement[] = [];
  const work = (shortfall: Shortfall | undefined, trajectory?: Score): Work => ({
    scores: [...earlier.map(({ score }) => score), ...(trajectory === undefined ? [] : [trajectory])],
    shortfall,
  });
  const saidOf = byTurn(known.turns);
  let shortfall: Shortfall | undefined;
  for (const turn of turns) {
    const spans: Span[] = [];
    const onSpan = (span: Span): void => void spans.push(span);
    const judgeIt = async (): Promise<TurnJudgement> =>
      judge.judgeTurn({ session, ref, judging: claim.judging, turn, earlier: [...earlier], onSpan }, signal);
    const answer = await askJudge(task, turn.digest, saidOf.get(turn.turn) ?? [], judgeIt);
    if (answer.result !== undefined) {
      const record = { ...identity, turn: turn.turn, digest: turn.digest, result: answer.result };
      await whileLeased(store.saveTurnJudgement(claim, record, spans));
    }
    if (answer.judgement !== undefined) earlier.push(answer.judgement);
    shortfall ??= answer.shortfall;
    // What follows is judged in the light of this turn, so it waits for it.
    if (answer.shortfall?.retryAt !== undefined) return work(answer.shortfall);
  }
  if (claim.open === true) return work(shortfall);
  const spans: Span[] = [];
  const onSpan = (span: Span): void => void spans.push(span);
  const context = { session, ref, judging: claim.judging, turns: earlier, onSpan };
  const answer = await askJudge(task, session.digest, known.trajectories, async () =>
    judge.judgeTrajectory(context, signal),
  );
  if (answer.result !== undefined) {
    const record = { ...identity, digest: session.digest, result: answer.result };
    await whileLeased(store.saveTrajectoryJudgement(claim, record, spans));
  }
  return work(shortfall ?? answer.shortfall, answer.judgement?.score);
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

async function whileLeased(saving: Promise<boolean>): Promise<void> {
  if (!(await saving)) throw new LeaseEndedError("the lease on the session has ended");
}
