/** What labels say of the judges: each version's agreement with people, and that of people among each other. */
import { type Dimension, dimensions, type Score } from "../model/judgement.ts";
import type { LabelledTarget, TargetKind } from "../model/label.ts";
import { type Agreement, agreementOf } from "./agreement.ts";

/** With fewer comparisons an agreement says too little to rely on. Source: field practice, around 30. */
export const calibratedFrom = 30;

/** Things of one kind are compared with each other only: a kind, and with it perhaps one dimension. */
export interface KindAgreement extends Agreement {
  readonly kind: TargetKind;
  readonly dimension?: Dimension;
}

export interface VersionAgreement {
  readonly judge: string;
  readonly version: string;
  /** Only kinds of which something was compared. */
  readonly kinds: readonly KindAgreement[];
}

export interface Calibration {
  readonly versions: readonly VersionAgreement[];
  /**
   * Where two people labelled the same. Each pair of them is compared, the first in alphabetical order as the first rater: of two
   * people this is Cohen's kappa, of more it is that of all pairs together.
   */
  readonly people: readonly KindAgreement[];
}

/** Where people differ, more than half of them decide; where nobody has that, there is nothing to compare a judge with. */
export function calibrate(targets: readonly LabelledTarget[]): Calibration {
  const versions = new Map<string, Counted>();
  const people = new Map<string, KindCounts>();
  for (const target of targets) {
    countPeople(target, people);
    const first = majorityOf(target.labels.map(({ score }) => score));
    if (first === undefined) continue;
    for (const { judge, version, score } of target.judged) {
      const key = JSON.stringify([judge, version]);
      const counted = versions.get(key) ?? { judge, version, kinds: new Map<string, KindCounts>() };
      versions.set(key, counted);
      countOne(kindOf(target, counted.kinds), first, score);
    }
  }
  return {
    versions: [...versions.values()].map((counted) => ({ ...counted, kinds: toAgreements(counted.kinds) })),
    people: toAgreements(people),
  };
}

/** What more than half say; undefined when there is no such score. */
export function majorityOf(labels: readonly Score[]): Score | undefined {
  return scores.find((score) => labels.filter((other) => other === score).length * 2 > labels.length);
}

const scores: readonly Score[] = [-1, 0, 1];

interface KindCounts extends Pick<LabelledTarget, "kind" | "dimension"> {
  /** As a ConfusionMatrix. */
  readonly confusion: number[][];
}

interface Counted extends Omit<VersionAgreement, "kinds"> {
  readonly kinds: Map<string, KindCounts>;
}

/** The counts of the target's kind, which begin at nothing. */
function kindOf({ kind, dimension }: LabelledTarget, kinds: Map<string, KindCounts>): KindCounts {
  const key = `${kind} ${dimension ?? ""}`;
  const known = kinds.get(key);
  if (known !== undefined) return known;
  const counts = {
    kind,
    ...(dimension === undefined ? {} : { dimension }),
    confusion: scores.map(() => scores.map(() => 0)),
  };
  kinds.set(key, counts);
  return counts;
}

function countOne({ confusion }: KindCounts, first: Score, second: Score, times = 1): void {
  const row = confusion[scores.indexOf(first)] ?? [];
  const column = scores.indexOf(second);
  row[column] = (row[column] ?? 0) + times;
}

/** Each pair once, without a look at each: what matters of those before is how many said what. */
function countPeople(target: LabelledTarget, people: Map<string, KindCounts>): void {
  if (target.labels.length < 2) return;
  const counts = kindOf(target, people);
  const before = new Map<Score, number>();
  for (const { score } of target.labels.toSorted((a, b) => (a.labeller < b.labeller ? -1 : 1))) {
    for (const [first, times] of before) countOne(counts, first, score, times);
    before.set(score, (before.get(score) ?? 0) + 1);
  }
}

const kinds: readonly TargetKind[] = ["turn", "tool_call", "trajectory"];

/** In an order of their own, so that two judges can be compared line by line. */
function toAgreements(counted: ReadonlyMap<string, KindCounts>): KindAgreement[] {
  return kinds.flatMap((kind) =>
    ["", ...dimensions].flatMap((dimension) => {
      const counts = counted.get(`${kind} ${dimension}`);
      if (counts === undefined) return [];
      const { confusion, ...what } = counts;
      return [{ ...what, ...agreementOf(confusion) }];
    }),
  );
}
