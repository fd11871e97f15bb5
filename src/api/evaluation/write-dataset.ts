/** A dataset out of items as they come: all of them, or nothing. */
import type { DuplicateItem, EvaluationRef, EvaluationStore, NewDataset } from "../../component/evaluations.ts";
import type { EvaluationLimits } from "../../component/evaluation-runner.ts";
import type { Dataset, EvaluationItem } from "../../model/evaluation.ts";
import { tooManyBytes, tooManyItems } from "./dataset-limits.ts";

/** What is handed to the store at once; an item that is larger comes alone. */
const SLICE_ITEMS = 500;
const SLICE_BYTES = 1024 * 1024;

/** Two items of a dataset have one key. */
export class DuplicateItemError extends Error {
  override readonly name = "DuplicateItemError";
  /** The item's place and that of the first one with its key, from 0. */
  readonly number: number;
  readonly first: number;
  readonly key: string;
  constructor({ number, first, key }: DuplicateItem) {
    super(`items ${first + 1} and ${number + 1} have the same id`);
    this.number = number;
    this.first = first;
    this.key = key;
  }
}

/** For whoever wants to know all that is wrong, instead of only the first. */
export interface DatasetCheck {
  /** The item is left out, and not counted in the numbers of those after it. May throw. */
  readonly onDuplicate: (duplicate: DuplicateItem) => void;
  /** All items have been read. Throws when they are not to become a dataset. */
  readonly onEnd: () => void;
}

const firstMistake: DatasetCheck = {
  onDuplicate(duplicate) {
    throw new DuplicateItemError(duplicate);
  },
  onEnd: () => undefined,
};

type Items = Iterable<EvaluationItem> | AsyncIterable<EvaluationItem>;

export interface WriteDatasetOptions {
  /** Absent: the first mistake ends it. */
  readonly check?: DatasetCheck;
  /** Of items that were not bounded as they came. */
  readonly limits?: Pick<EvaluationLimits, "maxDatasetItems" | "maxDatasetBytes">;
}

/**
 * Rejects with a DuplicateItemError, with an ApiError for what is beyond the limits, or with what reading the items fails with; nothing
 * is kept then.
 */
export async function writeDataset(
  store: EvaluationStore,
  dataset: NewDataset,
  items: Items,
  { check = firstMistake, limits }: WriteDatasetOptions = {},
): Promise<Dataset> {
  const ref = await store.beginDataset(dataset);
  try {
    let written = 0;
    for await (const slice of slicesOf(items, limits)) written += await addSlice(store, ref, slice, { written, check });
    check.onEnd();
    return await store.finishDataset(ref);
  } catch (error) {
    await store.discardDataset(ref);
    throw error;
  }
}

async function* slicesOf(
  items: Items,
  limits: WriteDatasetOptions["limits"],
): AsyncGenerator<readonly EvaluationItem[]> {
  const count = createCount(limits);
  let slice: EvaluationItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    count(size);
    if (slice.length > 0 && bytes + size > SLICE_BYTES) {
      yield slice;
      [slice, bytes] = [[], 0];
    }
    slice.push(item);
    bytes += size;
    if (slice.length < SLICE_ITEMS) continue;
    yield slice;
    [slice, bytes] = [[], 0];
  }
  if (slice.length > 0) yield slice;
}

/** Told the bytes of each item. Throws 413 for the first one that is beyond the limits. */
function createCount({ maxDatasetItems, maxDatasetBytes }: WriteDatasetOptions["limits"] = noLimits) {
  let items = 0;
  let bytes = 0;
  return (size: number): void => {
    items += 1;
    bytes += size;
    if (items > maxDatasetItems) throw tooManyItems(maxDatasetItems);
    if (bytes > maxDatasetBytes) throw tooManyBytes(maxDatasetBytes);
  };
}

const noLimits = { maxDatasetItems: Infinity, maxDatasetBytes: Infinity };

interface SlicePlace {
  /** Items of the slices before. */
  readonly written: number;
  readonly check: DatasetCheck;
}

/** The store takes all or none: what it names as a duplicate is left out, and the others are offered again. Returns how many were taken. */
async function addSlice(
  store: EvaluationStore,
  ref: EvaluationRef,
  slice: readonly EvaluationItem[],
  { written, check }: SlicePlace,
): Promise<number> {
  const left = [...slice];
  for (;;) {
    const duplicate = left.length === 0 ? undefined : await store.addItems(ref, left);
    if (duplicate === undefined) return left.length;
    check.onDuplicate(duplicate);
    left.splice(duplicate.number - written, 1);
  }
}
