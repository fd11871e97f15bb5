/** All items of a run that have no scores yet are scored and saved, a few at a time; what is saved stays, whatever comes next. */
import { setMaxListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger, Telemetry } from "../component/component.ts";
import type { EvaluationStore, NumberedItem, RunClaim, SpentOnItems } from "../component/evaluations.ts";
import type { AskMetricModel, ItemMetric } from "../evaluation/item-metrics/item-metric.ts";
import { scoreItem } from "../evaluation/item-metrics/score-item.ts";
import type { ScoredItem } from "../model/evaluation.ts";
import { utcMonth } from "../model/spend.ts";
import { LeaseEndedError } from "./lease.ts";
import { RunFailedError } from "./patient-ask.ts";

/** What the metrics of a run ask about an item. `onSpent` is told of each request that was answered. */
export interface RunModel {
  /** Of one prompt, in tokens. */
  readonly maxInputTokens: number;
  /** The sender's, not the configured one: what it spends is the sender's affair. */
  readonly isOwnKey: boolean;
  ask(item: number, onSpent: (spent: Spent) => void): AskMetricModel;
}

/** Of one request. Undefined where it is not known. */
export interface Spent {
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number } | undefined;
  readonly costUsd: number | undefined;
}

export interface RunContext {
  readonly store: EvaluationStore;
  readonly metrics: readonly ItemMetric[];
  /** Items in work at the same time, where metrics ask a model. */
  readonly concurrency: number;
  /** Gives other runs, and whoever wants to stop, their turn when this thread was busy for a while. */
  readonly breathe: () => Promise<void>;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** Read at once: so many items, and so many bytes of them unless one alone has more. */
const slice = { limit: 200, maxBytes: 1024 * 1024 };
/** Scores of metrics that ask no model are saved together: so many, or those of so long. */
const groupSize = 200;
const groupMs = 250;
/** Of a run that asks no model: one scores while the scores of the other are saved. */
const heuristicWorkers = 2;

/** Resolves when all are scored. Rejects with RunFailedError, LeaseEndedError, or the signal's reason when that aborts. */
export async function scoreRun(
  claim: RunClaim,
  model: RunModel | undefined,
  stopping: AbortSignal,
  context: RunContext,
): Promise<void> {
  const metrics = metricsOf(claim, context.metrics);
  const asksModel = metrics.some(({ metric }) => metric.asksModel);
  if (asksModel && model === undefined)
    throw new RunFailedError(
      "its metrics ask a model, and none is configured: set service::evaluation::judge and the judge's key",
    );
  const failing = new AbortController();
  const signal = AbortSignal.any([stopping, failing.signal]);
  setMaxListeners(0, signal); // each question that is under way listens: that is no leak
  const fail = (error: unknown): void => failing.abort(error);
  const task = { ...context, claim, metrics, signal, fail, model: asksModel ? model : undefined };
  const items = unscoredItems(claim, context.store);
  const workers = Array.from({ length: asksModel ? context.concurrency : heuristicWorkers }, async () =>
    scoreItems(items, task).catch(fail),
  );
  await Promise.all(workers);
  signal.throwIfAborted();
}

interface Task extends Omit<RunContext, "metrics"> {
  readonly claim: RunClaim;
  readonly metrics: readonly { readonly metric: ItemMetric; readonly weight: number }[];
  readonly model: RunModel | undefined;
  readonly signal: AbortSignal;
  /** Ends the run: nothing of it goes on. */
  readonly fail: (error: unknown) => void;
}

/** A server that was set back to an earlier version may not know all. */
function metricsOf({ run }: RunClaim, known: readonly ItemMetric[]): Task["metrics"] {
  return run.metrics.map(({ key, weight }) => {
    const metric = known.find((candidate) => candidate.key === key);
    if (metric === undefined) throw new RunFailedError(`there is no metric ${JSON.stringify(key)} here`);
    return { metric, weight };
  });
}

async function* unscoredItems(claim: RunClaim, store: EvaluationStore): AsyncGenerator<NumberedItem, undefined> {
  for (let after = -1; ;) {
    const items = await store.readUnscoredItems(claim, { ...slice, after });
    if (items.length === 0) return undefined;
    yield* items;
    after = items.at(-1)?.number ?? after;
  }
}

interface Scored {
  /** Absent: the run ended before its last metric did. */
  readonly item?: ScoredItem;
  readonly spent: readonly Spent[];
}

/** Takes items until there are no more. What a model was asked about is saved at once. */
async function scoreItems(items: AsyncGenerator<NumberedItem, undefined>, task: Task): Promise<void> {
  let group: Scored[] = [];
  let begunAt = performance.now();
  for (;;) {
    task.signal.throwIfAborted();
    const next = await items.next();
    if (next.done === true) return save(group, task);
    group.push(await scoreOne(next.value, task));
    const isDue = task.model !== undefined || group.length >= groupSize || performance.now() - begunAt > groupMs;
    if (isDue) {
      await save(group, task);
      group = [];
      begunAt = performance.now();
    }
    await task.breathe();
  }
}

async function scoreOne({ number, item }: NumberedItem, task: Task): Promise<Scored> {
  const { claim, metrics, model, signal, logger } = task;
  const spent: Spent[] = [];
  const ask =
    model &&
    endingRun(
      model.ask(number, (one) => spent.push(one)),
      task,
    );
  const needs = { signal, ...(ask && model && { ask, maxInputTokens: model.maxInputTokens }) };
  try {
    return { item: { number, ...(await scoreItem(item, metrics, needs)) }, spent };
  } catch (error) {
    if (signal.aborted || error instanceof RunFailedError) {
      await save([{ spent }], task);
      throw error;
    }
    logger.error({ err: error, run: claim.id, item: number }, "a metric failed unexpectedly");
    const scores = metrics.map(({ metric: { key } }) => ({ name: key, value: null, error: "internal" }));
    return { item: { number, overall: null, scores }, spent };
  }
}

/** The item's other metrics may wait for long: what ends the run ends them, too. */
function endingRun(ask: AskMetricModel, { fail }: Task): AskMetricModel {
  return async (question, signal) =>
    ask(question, signal).catch((error: unknown) => {
      if (error instanceof RunFailedError) fail(error);
      throw error;
    });
}

/** Also of a run that is being stopped: what was paid for is kept, unless the lease is lost; the tokens are counted then, too. */
async function save(group: readonly Scored[], { store, claim, model, telemetry }: Task): Promise<void> {
  const requests = group.flatMap((one) => one.spent);
  const scored = group.flatMap(({ item }) => item ?? []);
  if (scored.length === 0 && requests.length === 0) return;
  const spent = sumOf(requests);
  const isHeld = await store.saveScores(claim, scored, spent);
  const tokens = spent.inputTokens + spent.outputTokens;
  if (tokens > 0 && model?.isOwnKey === false)
    await store.countUse(claim.project, { month: utcMonth(Date.now()), evaluations: 0, tokens });
  if (!isHeld) throw new LeaseEndedError("the run is not this worker's any more");
  telemetry.count("turnwise_run_items_scored", {}, scored.length);
  for (const { error } of scored.flatMap(({ scores }) => scores))
    if (error !== undefined) telemetry.count("turnwise_run_score_failures", { code: error }, 1);
}

/** Costs are known when all are. */
function sumOf(requests: readonly Spent[]): SpentOnItems {
  const sum = (valueOf: (spent: Spent) => number | undefined): number =>
    requests.reduce((total, one) => total + (valueOf(one) ?? 0), 0);
  const isKnown = requests.every(({ costUsd }) => costUsd !== undefined);
  return {
    inputTokens: sum(({ usage }) => usage?.inputTokens),
    outputTokens: sum(({ usage }) => usage?.outputTokens),
    ...(isKnown ? { costUsd: sum(({ costUsd }) => costUsd) } : {}),
  };
}

/** Shared by all runs of a thread, so that they take turns. */
export function createBreathe(busyMs = 10): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < busyMs) return;
    await nextTurn();
    since = performance.now();
  };
}
