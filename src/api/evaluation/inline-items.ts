/** Items that were sent with the request that has them scored. */
import type { EvaluationItem } from "../../model/evaluation.ts";
import { createMistakes } from "./mistakes.ts";
import { createItemReader } from "./read-items/item-reader.ts";

/** Throws an ApiError that names what is wrong with which item: `dataset.3.output`. */
export function readInlineItems(sent: readonly unknown[]): readonly EvaluationItem[] {
  const reader = createItemReader();
  const mistakes = createMistakes();
  const firstOf = new Map<string, number>();
  const items: EvaluationItem[] = [];
  for (const [at, value] of sent.entries()) {
    const read = reader.read(value);
    if ("key" in read) items.push(read);
    else
      for (const { key, message } of read)
        mistakes.note({ line: null, key: key === null ? `dataset.${at}` : `dataset.${at}.${key}`, message });
    if (!("key" in read)) continue;
    const first = firstOf.get(read.key);
    if (first === undefined) firstOf.set(read.key, at);
    else mistakes.note({ line: null, key: `dataset.${at}.id`, message: `dataset.${first} has the same id` });
  }
  mistakes.throwIfAny();
  return items;
}
