/** A dataset out of items as they come: all of them, or nothing. */
import type { DuplicateItem, EvaluationRef, EvaluationStore, NewDataset } from "../../component/evaluations.ts";
import type { Dataset, EvaluationItem } from "../../model/evaluation.ts";

/** What is handed to the store at once; an item that is larger comes alone. */
const SLICE_ITEMS = 500;
const SLICE_CHARACTERS = 1024 * 1024;

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

/** Rejects with a DuplicateItemError, or with what reading the items fails with; nothing is kept then. */
export async function writeDataset(
  store: EvaluationStore,
  dataset: NewDataset,
  items: Items,
  check = firstMistake,
): Promise<Dataset> {
  const ref = await store.beginDataset(dataset);
  try {
    let written = 0;
    for await (const slice of slicesOf(items)) written += await addSlice(store, ref, slice, { written, check });
    check.onEnd();
    return await store.finishDataset(ref);
  } catch (error) {
    await store.discardDataset(ref);
    throw error;
  }
}

async function* slicesOf(items: Items): AsyncGenerator<readonly EvaluationItem[]> {
  let slice: EvaluationItem[] = [];
  let characters = 0;
  for await (const item of items) {
    const size = JSON.stringify(item).length;
    if (slice.length > 0 && characters + size > SLICE_CHARACTERS) {
      yield slice;
      [slice, characters] = [[], 0];
    }
    slice.push(item);
    characters += size;
    if (slice.length < SLICE_ITEMS) continue;
    yield slice;
    [slice, characters] = [[], 0];
  }
  if (slice.length > 0) yield slice;
}

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
