/** The failures of a run or of stored turns by the taxonomy (VQ-20), without asking a model. The same items give the same answer. */
import { DEFAULT_THRESHOLD } from "../../../model/evaluation.ts";
import { checkItem, type CheckedItem, type FoundFailure } from "./check-item.ts";
import type { AnalysedItem } from "./failure-sign.ts";
import { failureSubcategories, type FailureBucketId, type FailureSubcategory } from "./failure-taxonomy.ts";

export interface FailureTag extends FoundFailure {
  /** The item's place in the dataset, from 0, and its key. */
  readonly item: number;
  readonly itemKey: string;
}

export interface FailureSummary {
  /** Checks, over all items: one of each kind that applies to an item. */
  readonly failures: number;
  readonly passes: number;
  readonly uncertain: number;
  readonly items: number;
  readonly itemsWithFailures: number;
  /** All checks passed. */
  readonly itemsAllPassed: number;
  readonly unsafeItems: number;
  /** Items of which a metric failed. */
  readonly itemsWithErrors: number;
  /** 0..5: the greatest of any failure; at least 4 where an item is unsafe. */
  readonly severity: number;
  /** 0..1, of the failures of that severity. */
  readonly confidence: number;
  /** The kind with the greatest sum of severity times confidence. Absent: nothing failed. */
  readonly primaryFailure?: FailureSubcategory;
  readonly bucketsAffected: readonly FailureBucketId[];
  readonly shouldAlert: boolean;
  readonly shouldGateCi: boolean;
  readonly needsHumanReview: boolean;
}

export interface FailureCount {
  readonly subcategory: FailureSubcategory;
  readonly failed: number;
  readonly uncertain: number;
  /** Of all items. */
  readonly failedShare: number;
  /** The greatest. */
  readonly severity: number;
}

export interface FailureAnalysis {
  readonly summary: FailureSummary;
  /** Of what failed or is uncertain, by kind, most failures first. */
  readonly counts: readonly FailureCount[];
  /** Failures first, the most severe first. */
  readonly tags: readonly FailureTag[];
}

export interface FailureOptions {
  /** Metric values below it are failures. */
  readonly threshold?: number;
}

/**
 * What recurs is graver: a kind that failed in three items or more and a tenth of all is raised by half a point, in three tenths by
 * one, up to 5.
 *
 * `shouldAlert`: an item is unsafe, or a failure has a severity of 4 or more. `shouldGateCi`: an item is unsafe, such a failure
 * is sure (0.8 or more), or more than a fifth of the items have failures of 2 or more. `needsHumanReview`: a tenth of what did not pass is
 * uncertain, something uncertain is severe, a metric failed, or an alert rests on failures that are not sure.
 */
export function analyseFailures(
  items: Iterable<AnalysedItem>,
  { threshold = DEFAULT_THRESHOLD }: FailureOptions = {},
): FailureAnalysis {
  return summariseChecks(Array.from(items, (item) => checkItem(item, threshold)));
}

const notable = 2;
const severe = 4;
const sure = 0.8;

/** For those who check items as they read them. */
export function summariseChecks(items: readonly CheckedItem[]): FailureAnalysis {
  const found = items.flatMap(tagsOf);
  const failures = raiseRecurring(found.filter(isFailure), items.length).toSorted(bySeverity);
  const tags = [...failures, ...found.filter((tag) => !isFailure(tag)).toSorted(bySeverity)];
  const unsafeItems = items.filter(({ isUnsafe }) => isUnsafe).length;
  const counts = countKinds(tags, items.length);
  const overall = {
    failures: failures.length,
    uncertain: tags.length - failures.length,
    passes: items.reduce((sum, { passed }) => sum + passed.length, 0),
    items: items.length,
    itemsWithFailures: new Set(failures.map(({ item }) => item)).size,
    itemsAllPassed: items.filter(({ found }) => found.length === 0).length,
    unsafeItems,
    itemsWithErrors: items.filter(({ hasErrors }) => hasErrors).length,
    ...gravityOf(failures, unsafeItems),
    ...primaryOf(failures),
    bucketsAffected: [...new Set(failures.map(({ subcategory }) => subcategory.bucket))],
  };
  return { summary: { ...overall, ...decide(overall, tags) }, counts, tags };
}

const isFailure = ({ decision }: FailureTag): boolean => decision === "fail";

const tagsOf = ({ number, key, found }: CheckedItem): readonly FailureTag[] =>
  found.map((failure) => ({ ...failure, item: number, itemKey: key }));

const bySeverity = (one: FailureTag, other: FailureTag): number =>
  other.severity - one.severity || other.confidence - one.confidence || one.item - other.item;

function raiseRecurring(failures: readonly FailureTag[], items: number): readonly FailureTag[] {
  const times = new Map<FailureSubcategory, number>();
  for (const { subcategory } of failures) times.set(subcategory, (times.get(subcategory) ?? 0) + 1);
  return failures.map((tag) => {
    const count = times.get(tag.subcategory) ?? 0;
    const raise = count < 3 || count < 0.1 * items ? 0 : count < 0.3 * items ? 0.5 : 1;
    return raise === 0 ? tag : { ...tag, severity: Math.min(5, tag.severity + raise) };
  });
}

function countKinds(tags: readonly FailureTag[], items: number): readonly FailureCount[] {
  return failureSubcategories
    .flatMap((subcategory: FailureSubcategory): readonly FailureCount[] => {
      const ofKind = tags.filter((tag) => tag.subcategory === subcategory);
      if (ofKind.length === 0) return [];
      const failed = ofKind.filter(isFailure).length;
      const severity = ofKind.reduce((most, tag) => Math.max(most, tag.severity), 0);
      return [{ subcategory, failed, uncertain: ofKind.length - failed, failedShare: failed / items, severity }];
    })
    .toSorted((one, other) => other.failed - one.failed || other.severity - one.severity);
}

function gravityOf(failures: readonly FailureTag[], unsafeItems: number) {
  const greatest = failures[0]?.severity ?? 0;
  const ofGreatest = failures.filter(({ severity }) => severity === greatest);
  const confidence = ofGreatest.reduce((most, each) => Math.max(most, each.confidence), 0);
  return { severity: unsafeItems > 0 ? Math.max(severe, greatest) : greatest, confidence };
}

function primaryOf(failures: readonly FailureTag[]): { readonly primaryFailure?: FailureSubcategory } {
  const weights = new Map<FailureSubcategory, number>();
  for (const { subcategory, severity, confidence } of failures)
    weights.set(subcategory, (weights.get(subcategory) ?? 0) + severity * confidence);
  const [first] = [...weights].toSorted((one, other) => other[1] - one[1]);
  return first === undefined ? {} : { primaryFailure: first[0] };
}

type Decisions = Pick<FailureSummary, "shouldAlert" | "shouldGateCi" | "needsHumanReview">;

function decide(overall: Omit<FailureSummary, keyof Decisions>, tags: readonly FailureTag[]): Decisions {
  const { unsafeItems, items, itemsWithErrors, failures, uncertain } = overall;
  const noted = new Set(tags.filter((tag) => isFailure(tag) && tag.severity >= notable).map(({ item }) => item));
  const severeOnes = tags.filter(({ severity }) => severity >= severe);
  const severeFailures = severeOnes.filter(isFailure);
  const isSure = severeFailures.some(({ confidence }) => confidence >= sure);
  const shouldAlert = unsafeItems > 0 || severeFailures.length > 0;
  return {
    shouldAlert,
    shouldGateCi: unsafeItems > 0 || isSure || noted.size > items / 5,
    needsHumanReview:
      uncertain > 0.1 * (failures + uncertain) ||
      severeOnes.length > severeFailures.length ||
      itemsWithErrors > 0 ||
      (shouldAlert && !isSure),
  };
}
