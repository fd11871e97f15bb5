/** Runs beside a baseline (VQ-12): each metric, whether a difference is more than chance, and the items that fell or rose most. */
import { SCORE_TOLERANCE, type EvaluationRun } from "../../model/evaluation.ts";
import { compareDifferences, type PairedDifference } from "../paired-bootstrap.ts";

/** A run's scores without its texts, item by item in one order. */
export interface ComparedValues {
  readonly run: Pick<EvaluationRun, "id" | "overallScore" | "metrics">;
  /** No key twice. */
  readonly keys: readonly string[];
  /** NaN: no score. */
  readonly overall: Float64Array;
  /** By metric. */
  readonly values: ReadonlyMap<string, Float64Array>;
}

export interface MetricComparison {
  /** Of a metric; or `overall`. */
  readonly key: string;
  /** By run: its mean, null where it has none. Runs without the metric are not in here. */
  readonly values: ReadonlyMap<string, number | null>;
  /** By run other than the baseline: its mean minus the baseline's, where both have one. */
  readonly differences: ReadonlyMap<string, number>;
  /** By run other than the baseline: over the items that both scored, where there are any. */
  readonly paired: ReadonlyMap<string, PairedDifference>;
}

export interface ItemDifference {
  readonly key: string;
  /** Overall scores. */
  readonly before: number;
  readonly after: number;
}

/** All of them counted, some of them named. */
export interface Counted<Named> {
  readonly count: number;
  readonly first: readonly Named[];
}

export interface ItemsBesideBaseline {
  readonly runId: string;
  /** Of items whose overall score fell, those that fell most; of those that rose, likewise. */
  readonly regressed: Counted<ItemDifference>;
  readonly improved: Counted<ItemDifference>;
  /** Keys in the baseline only, and in this run only. */
  readonly missing: Counted<string>;
  readonly added: Counted<string>;
}

export interface EvaluationComparison {
  readonly baselineId: string;
  readonly overall: MetricComparison;
  /** In the order of the baseline's metrics, then those of the others. */
  readonly metrics: readonly MetricComparison[];
  /** Of every run but the baseline. */
  readonly items: readonly ItemsBesideBaseline[];
}

const maxNamed = 20;

/** Items are the same by their key. Throws when the baseline is not one of the runs. */
export function compareEvaluationRuns(runs: readonly ComparedValues[], baselineId: string): EvaluationComparison {
  const baseline = runs.find(({ run }) => run.id === baselineId);
  if (baseline === undefined) throw new Error("the baseline is not one of the compared runs");
  const others = runs.filter((each) => each !== baseline).map((each) => pairUp(baseline, each));
  const keys = new Set([baseline, ...runs].flatMap(({ run }) => run.metrics.map(({ key }) => key)));
  return {
    baselineId,
    overall: compareMetric("overall", runs, baseline, others, ({ overall }) => overall, overallOf),
    metrics: Array.from(keys, (key) =>
      compareMetric(key, runs, baseline, others, ({ values }) => values.get(key), meanOf(key)),
    ),
    items: others.map((pairs) => compareItems(baseline, pairs)),
  };
}

/** Which items of a run are which of the baseline's. */
interface Pairs {
  readonly after: ComparedValues;
  /** By the baseline's item: the run's; -1: it has none. */
  readonly places: Int32Array;
  readonly added: readonly string[];
}

function pairUp(before: ComparedValues, after: ComparedValues): Pairs {
  const rest = new Map(after.keys.map((key, at) => [key, at]));
  const places = Int32Array.from(before.keys, (key) => {
    const place = rest.get(key) ?? -1;
    rest.delete(key);
    return place;
  });
  return { after, places, added: [...rest.keys()] };
}

/** Undefined: the run does not have the metric. */
type MeanOf = (run: ComparedValues["run"]) => number | null | undefined;

const overallOf: MeanOf = ({ overallScore }) => overallScore;
const meanOf =
  (key: string): MeanOf =>
  ({ metrics }) =>
    metrics.find((metric) => metric.key === key)?.mean;

function compareMetric(
  key: string,
  runs: readonly ComparedValues[],
  baseline: ComparedValues,
  others: readonly Pairs[],
  valuesOf: (run: ComparedValues) => Float64Array | undefined,
  mean: MeanOf,
): MetricComparison {
  const values = new Map(runs.flatMap(({ run }) => entryOf(run.id, mean(run))));
  const base = values.get(baseline.run.id) ?? null;
  const before = valuesOf(baseline);
  return {
    key,
    values,
    differences: new Map(
      others.flatMap(({ after: { run } }) => {
        const value = values.get(run.id) ?? null;
        return entryOf(run.id, value === null || base === null ? undefined : value - base);
      }),
    ),
    paired: new Map(
      others.flatMap(({ after, places }) => {
        const now = valuesOf(after);
        const compared = before && now && compareDifferences(differencesOf(before, now, places));
        return entryOf(after.run.id, compared);
      }),
    ),
  };
}

const entryOf = <Value>(id: string, value: Value | undefined): readonly (readonly [string, Value])[] =>
  value === undefined ? [] : [[id, value]];

/** Of the pairs of which both have a score. */
function differencesOf(before: Float64Array, after: Float64Array, places: Int32Array): Float64Array {
  const differences = new Float64Array(places.length);
  let length = 0;
  for (const [at, place] of places.entries()) {
    const difference = (after[place] ?? NaN) - (before[at] ?? NaN);
    if (!Number.isNaN(difference)) differences[length++] = difference;
  }
  return differences.subarray(0, length);
}

function compareItems(before: ComparedValues, { after, places, added }: Pairs): ItemsBesideBaseline {
  const both = before.keys.map((key, at) => ({
    key,
    before: before.overall[at] ?? NaN,
    after: after.overall[places[at] ?? -1] ?? NaN,
  }));
  return {
    runId: after.run.id,
    regressed: countMost(both.filter((item) => differenceOf(item) < -SCORE_TOLERANCE)),
    improved: countMost(both.filter((item) => differenceOf(item) > SCORE_TOLERANCE)),
    missing: countFirst(before.keys.filter((_, at) => places[at] === -1)),
    added: countFirst(added),
  };
}

const differenceOf = ({ before, after }: ItemDifference): number => after - before;

const countFirst = <Named>(all: readonly Named[]): Counted<Named> => ({
  count: all.length,
  first: all.slice(0, maxNamed),
});

const countMost = (items: readonly ItemDifference[]): Counted<ItemDifference> =>
  countFirst(items.toSorted((one, other) => Math.abs(differenceOf(other)) - Math.abs(differenceOf(one))));
