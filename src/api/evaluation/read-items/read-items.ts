/** The items of an upload, while it comes; what is wrong with it is told all at once. */
import type { EvaluationItem } from "../../../model/evaluation.ts";
import { tooManyItems } from "../dataset-limits.ts";
import { createMistakes, datasetError } from "../mistakes.ts";
import type { DatasetCheck } from "../write-dataset.ts";
import { csvItems, type SentItem } from "./csv-items.ts";
import { csvRecords } from "./csv-records.ts";
import { createItemReader } from "./item-reader.ts";
import { splitJsonList } from "./split-json-list.ts";
import { type Line, splitLines } from "./split-lines.ts";
import { withoutMark } from "./without-mark.ts";

/** An item a line, comma separated values, or one JSON list. */
export const datasetFormats = ["jsonl", "csv", "json"] as const;
export type DatasetFormat = (typeof datasetFormats)[number];

/** What an item may have, as it is sent: it is held in memory, and given to models. */
const LONGEST_ITEM = 1024 * 1024;

export interface ReadItems {
  /** Throws an ApiError. */
  readonly items: AsyncIterable<EvaluationItem>;
  /** For whoever writes them: throws an ApiError that lists the mistakes, with the lines where they are. */
  readonly check: DatasetCheck;
}

export function readItems(
  chunks: AsyncIterable<Uint8Array>,
  { format, maxItems }: { readonly format: DatasetFormat; readonly maxItems: number },
): ReadItems {
  const mistakes = createMistakes();
  const reader = createItemReader();
  /** Of each item that was handed on. */
  const lines: number[] = [];

  async function* items(): AsyncGenerator<EvaluationItem> {
    for await (const sent of sentItems(withoutMark(chunks), format)) {
      const { line } = sent;
      const read = "value" in sent ? reader.read(sent.value) : sent.mistakes;
      if (isItem(read)) {
        if (lines.length >= maxItems) throw tooManyItems(maxItems);
        lines.push(line);
        yield read;
      } else for (const mistake of read) mistakes.note({ line, ...mistake });
    }
  }

  return {
    items: items(),
    check: {
      onDuplicate({ number, first }) {
        mistakes.note({ line: lines[number] ?? null, key: "id", message: `is the same as in line ${lines[first]}` });
        lines.splice(number, 1);
      },
      onEnd() {
        mistakes.throwIfAny();
        if (lines.length === 0) throw datasetError([{ line: null, key: null, message: "the dataset has no items" }]);
      },
    },
  };
}

function sentItems(chunks: AsyncIterable<Uint8Array>, format: DatasetFormat): AsyncIterable<SentItem> {
  if (format === "csv") return csvItems(csvRecords(splitLines(chunks, LONGEST_ITEM), LONGEST_ITEM));
  return format === "jsonl"
    ? jsonItems(nonBlank(splitLines(chunks, LONGEST_ITEM)))
    : jsonItems(splitJsonList(chunks, LONGEST_ITEM));
}

async function* nonBlank(batches: AsyncIterable<readonly Line[]>): AsyncGenerator<Line> {
  for await (const lines of batches) yield* lines.filter((line) => !("text" in line) || line.text.trim() !== "");
}

async function* jsonItems(texts: AsyncIterable<Line>): AsyncGenerator<SentItem> {
  for await (const { line, ...found } of texts)
    yield { line, ...("text" in found ? parse(found.text) : { mistakes: [{ key: null, message: found.problem }] }) };
}

function parse(text: string): { value: unknown } | { mistakes: readonly [{ key: null; message: string }] } {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    // What the parser says quotes what was sent.
    return { mistakes: [{ key: null, message: "is not JSON" }] };
  }
}

const isItem = (read: EvaluationItem | readonly unknown[]): read is EvaluationItem => !Array.isArray(read);
