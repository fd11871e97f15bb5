/** Items as comma separated values: a line with the names of the columns, then one item a record. */
import { didYouMean } from "../../../component/did-you-mean.ts";
import type { CsvRecord } from "./csv-records.ts";
import { type ItemMistake, itemKeys } from "./item-reader.ts";

/** What a reader of items is to read, or what is wrong with it. */
export type SentItem = { readonly line: number } & (
  | { readonly value: unknown }
  | { readonly mistakes: readonly ItemMistake[] }
);

const METADATA = "metadata.";
const columns = itemKeys.filter((key) => key !== "metadata");
const required = ["input", "output"];

/** An empty cell is none, but those of input and output, which are empty texts. Ends with the first line when its columns are wrong. */
export async function* csvItems(records: AsyncIterable<CsvRecord>): AsyncGenerator<SentItem> {
  let header: readonly string[] | undefined;
  for await (const record of records) {
    const { line } = record;
    if ("problem" in record) yield { line, mistakes: [{ key: null, message: record.problem }] };
    else if (header !== undefined) yield { line, ...toItem(header, record.cells) };
    else {
      header = record.cells.map((name) => name.trim());
      const mistakes = mistakesInHeader(header);
      if (mistakes.length === 0) continue;
      yield { line, mistakes };
      return;
    }
  }
}

function mistakesInHeader(header: readonly string[]): readonly ItemMistake[] {
  const unknown = header.filter((name) => !columns.includes(name) && !(name.startsWith(METADATA) && name !== METADATA));
  const missing = required.filter((name) => !header.includes(name));
  const repeated = new Set(header.filter((name, at) => header.indexOf(name) < at));
  return [
    ...unknown.map((key) => ({
      key: key.slice(0, 100),
      message: `unknown column; known are ${columns.join(", ")} and metadata.KEY${didYouMean(key, columns)}`,
    })),
    ...missing.map((key) => ({ key, message: "this column is missing" })),
    ...[...repeated].map((key) => ({ key: key.slice(0, 100), message: "this column is there more than once" })),
  ];
}

function toItem(
  header: readonly string[],
  cells: readonly string[],
): { value: unknown } | { mistakes: readonly ItemMistake[] } {
  if (cells.length !== header.length) {
    const message = `has ${cells.length} cells where the first line has ${header.length} columns`;
    return { mistakes: [{ key: null, message }] };
  }
  const given = header
    .map((name, at) => [name, cells[at] ?? ""] as const)
    .filter(([name, cell]) => cell !== "" || required.includes(name));
  const metadata = given.filter(([name]) => name.startsWith(METADATA));
  return {
    value: {
      ...Object.fromEntries(
        given.flatMap(([name, cell]) => (columns.includes(name) ? [[name, toValue(name, cell)]] : [])),
      ),
      metadata: Object.fromEntries(metadata.map(([name, cell]) => [name.slice(METADATA.length), cell])),
    },
  };
}

/** A cell with a JSON list of texts is that list. */
function toValue(name: string, cell: string): unknown {
  if ((name !== "context" && name !== "expected") || !cell.startsWith("[")) return cell;
  try {
    const value: unknown = JSON.parse(cell);
    return Array.isArray(value) && value.every((text) => typeof text === "string") ? value : cell;
  } catch {
    return cell;
  }
}
