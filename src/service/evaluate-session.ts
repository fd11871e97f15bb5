/** Has the evaluators score a session, after the judges: what a measure has said of this content is not asked again. */
import type { Evaluator, Measure, Measured } from "../component/evaluator.ts";
import type { MetricScoreRecord } from "../component/metric-scores.ts";
import type { JudgementRecord } from "../component/judgement-record.ts";
import type { Claim, ReleaseOutcome } from "../component/store.ts";
import type { JudgingStatus } from "../model/judging-status.ts";
import type { BuiltSession, Turn } from "../model/session.ts";
import { settledTurns } from "../session/settled-turns.ts";
import { askJudge, type AskingContext, type Shortfall } from "./ask-judge.ts";
import { scoresOf, waitsFor } from "./judge-session.ts";
import { LeaseEndedError } from "./lease.ts";
import { leaveOut } from "./leave-out.ts";
import { wishedOf } from "./wished-of.ts";

export interface EvaluatingContext extends AskingContext {
  /** In the configured order; those that are off too. Absent: none. */
  readonly evaluators?: readonly Evaluator[];
}

interface Task extends AskingContext {
  readonly evaluator: Evaluator;
  readonly session: BuiltSession;
  readonly claim: Claim;
  readonly signal: AbortSignal;
  /** What became of the judges' work. */
  readonly judged: readonly JudgingStatus[];
  /** Of all measures, by what was asked about where: a session of many turns has thousands. */
  readonly said: ReadonlyMap<string, readonly MetricScoreRecord[]>;
}

/** A turn, or, without one, the session as a whole. */
interface Place {
  readonly turn?: Turn;
  readonly digest: string;
}

/**
 * Adds to what became of the judges' work what became of the evaluators'. That an evaluator fell short does not fail the
 * session, but it is tried again. Rejects with LeaseEndedError, or with the signal's reason when that aborts.
 */
export async function evaluateSession(
  session: BuiltSession,
  claim: Claim,
  judged: ReleaseOutcome,
  { signal, evaluators = [], ...context }: EvaluatingContext & { readonly signal: AbortSignal },
): Promise<ReleaseOutcome> {
  const asked = evaluators.flatMap((evaluator) => toAsked(evaluator, claim));
  if (session.turns.length === 0 || asked.length === 0) return judged;
  const said = byPlace(await context.store.metricScores.read(claim));
  const task = { ...context, session, signal, said, judged: judged.judging ?? [] };
  const statuses: JudgingStatus[] = [];
  for (const own of asked) statuses.push(await evaluateBy({ ...task, ...own }));
  const outcome = withStatuses(judged, statuses);
  // The judges have judged again: they are not asked once more because an evaluator has to try again.
  const isRejudged = claim.rejudge && claim.rejudgeBy === undefined && judged.retryAt === undefined;
  return isRejudged ? { ...outcome, isRejudged } : outcome;
}

function byPlace(records: readonly MetricScoreRecord[]): Task["said"] {
  const places = new Map<string, MetricScoreRecord[]>();
  for (const record of records) {
    const key = keyOf(record.evaluator, record.name, record.turn);
    const own = places.get(key);
    if (own === undefined) places.set(key, [record]);
    else own.push(record);
  }
  return places;
}

const keyOf = (evaluator: string, measure: string, turn: number | undefined): string =>
  JSON.stringify([evaluator, measure, turn]);

/** A backfill that names nobody is the judges' concern only. */
function toAsked(evaluator: Evaluator, claim: Claim): readonly Pick<Task, "evaluator" | "claim">[] {
  const own = evaluator.off === undefined ? wishedOf(evaluator.name, claim) : undefined;
  const isMeant = own !== undefined && (own.backfill === undefined || own.backfill.judge !== undefined);
  return isMeant ? [{ evaluator, claim: own }] : [];
}

function withStatuses(judged: ReleaseOutcome, statuses: readonly JudgingStatus[]): ReleaseOutcome {
  const shortfall = statuses.findLast(({ status }) => status !== "judged" && status !== "skipped");
  const error = judged.error ?? (shortfall && `${shortfall.judge} evaluator: ${shortfall.reason}`);
  const retryAt = earliest([...(judged.retryAt === undefined ? [] : [judged]), ...statuses]);
  return {
    ...judged,
    ...(error === undefined ? {} : { error }),
    ...(retryAt === undefined ? {} : { retryAt }),
    judging: [...(judged.judging ?? []), ...statuses],
  };
}

function earliest(statuses: readonly { readonly retryAt?: Date }[]): Date | undefined {
  return statuses.flatMap(({ retryAt }) => retryAt ?? []).toSorted((a, b) => a.getTime() - b.getTime())[0];
}

async function evaluateBy(task: Task): Promise<JudgingStatus> {
  const { evaluator, session, claim } = task;
  const leftOut = await leftOutOf(task);
  if (leftOut !== undefined) return leftOut;
  const turns = claim.open === true ? settledTurns(session) : session.turns;
  const places: readonly Place[] = [
    ...turns.map((turn) => ({ turn, digest: turn.digest })),
    ...(claim.open === true ? [] : [{ digest: session.digest }]),
  ];
  const shortfalls: Shortfall[] = [];
  for (const place of places) {
    // A model that did not answer about one turn is not asked about the others: they wait for it together.
    const isWaiting = shortfalls.some(({ retryAt }) => retryAt !== undefined);
    const measures = evaluator.measures.filter(
      ({ of, asks }) => of === (place.turn === undefined ? "session" : "turn") && !(isWaiting && asks !== undefined),
    );
    shortfalls.push(...(await measureAt(task, place, measures)));
  }
  const shown = shortfalls.find(({ retryAt }) => retryAt !== undefined) ?? shortfalls[0];
  const retryAt = earliest(shortfalls);
  if (shown === undefined) return { judge: evaluator.name, status: "judged" };
  return { ...shown, judge: evaluator.name, ...(retryAt === undefined ? {} : { retryAt }) };
}

/** What is said of an evaluator that does not score the session, or not yet; undefined when it does. Asked by name, it always does. */
async function leftOutOf({ evaluator, claim, session, ...task }: Task): Promise<JudgingStatus | undefined> {
  const { name, selection } = evaluator;
  if (claim.rejudgeBy === name || claim.backfill?.judge === name) return undefined;
  const flagger = selection.when.flagged_by;
  const scores = flagger === undefined ? [] : scoresOf(await task.store.readJudgements(claim), flagger);
  const leftOut = leaveOut(selection, { claim, session, isFlaggedBy: () => scores.includes(-1) });
  if (leftOut === undefined) return undefined;
  if (hasScored(task.said, name)) return { judge: name, status: "judged" };
  const late = task.judged.find(({ judge, retryAt }) => judge === flagger && retryAt !== undefined);
  const mayBeFlagged = leaveOut(selection, { claim, session, isFlaggedBy: () => true }) === undefined;
  if (late !== undefined && mayBeFlagged) return waitsFor(late, name);
  task.telemetry.count("turnwise_judge_skipped", { judge: name, code: leftOut.code }, 1);
  return { judge: name, status: "skipped", ...leftOut };
}

/** Somebody had asked for it. */
const hasScored = (said: Task["said"], name: string): boolean =>
  [...said.values()].flat().some(({ evaluator, result }) => evaluator === name && result.status === "judged");

/** All measures at once; what they say is saved together. */
async function measureAt(task: Task, place: Place, measures: readonly Measure[]): Promise<readonly Shortfall[]> {
  const answers = await Promise.all(measures.map(async (measure) => measureBy(task, place, measure)));
  const records = answers.flatMap(({ record }) => record ?? []);
  const isSaved = records.length === 0 || (await task.store.metricScores.save(task.claim, records));
  if (!isSaved) throw new LeaseEndedError("the lease on the session has ended");
  return answers.flatMap(({ shortfall }) => shortfall ?? []);
}

async function measureBy(task: Task, { turn, digest }: Place, measure: Measure) {
  const { evaluator, session, claim, signal, said } = task;
  const { name, version, asks } = measure;
  const label = `${evaluator.name}/${name}`;
  const judge = { identity: { name: label, version }, ...(asks === undefined ? {} : { pausedWith: asks }) };
  const known = (said.get(keyOf(evaluator.name, name, turn?.turn)) ?? []).map((one): JudgementRecord<Measured> => ({
    ...one,
    judge: { name: label, version: one.version },
    rank: 0,
  }));
  const context = { session, ref: { project: claim.project, id: claim.id }, ...(turn === undefined ? {} : { turn }) };
  const { result, shortfall } = await askJudge({ ...task, judge }, digest, known, async () =>
    measure.score(context, signal),
  );
  const place = turn === undefined ? {} : { turn: turn.turn };
  const record = result && { evaluator: evaluator.name, name, version, digest, ...place, result };
  return { record, shortfall: shortfall && { ...shortfall, reason: `${name}: ${shortfall.reason}` } };
}
