/** Records of comma separated values, as RFC 4180 writes them, out of lines. */
import type { Line } from "./split-lines.ts";

/** `line`: where it begins. Or why there is none; what follows is read all the same. */
export type CsvRecord = { readonly line: number } & (
  | { readonly cells: readonly string[] }
  | { readonly problem: string }
);

interface Begun {
  readonly line: number;
  readonly cells: string[];
  /** The lines so far of a cell in quotes that goes on in the next one. */
  quoted: string[] | undefined;
  characters: number;
}

/** Blank lines are none. More than `maxCharacters` are no record: a quote that nobody closes would hold everything that follows. */
export async function* csvRecords(
  batches: AsyncIterable<readonly Line[]>,
  maxCharacters: number,
): AsyncGenerator<CsvRecord> {
  let begun: Begun | undefined;
  for await (const lines of batches)
    for (const next of lines) {
      if (begun === undefined && "text" in next && next.text.trim() === "") continue;
      begun ??= { line: next.line, cells: [], quoted: undefined, characters: 0 };
      const problem = "text" in next ? readLine(begun, next.text, maxCharacters) : next.problem;
      if (problem === undefined && begun.quoted !== undefined) continue;
      const { line, cells } = begun;
      yield problem === undefined ? { line, cells } : { line, problem };
      begun = undefined;
    }
  if (begun !== undefined) yield { line: begun.line, problem: "has a quote that is not closed" };
}

/** Returns what is wrong with it. */
function readLine(record: Begun, text: string, maxCharacters: number): string | undefined {
  record.characters += text.length + 1;
  if (record.characters > maxCharacters) return `is longer than ${maxCharacters} characters`;
  let next: Next = record.quoted === undefined ? 0 : readQuoted(record, record.quoted, text, 0);
  while (typeof next === "number")
    next = text[next] === '"' ? readQuoted(record, [], text, next + 1) : readBare(record, text, next);
  return next;
}

/** Where the next cell begins, what is wrong with this one, or undefined: the line is read. */
type Next = number | string | undefined;

function readBare({ cells }: Begun, text: string, start: number): Next {
  const comma = text.indexOf(",", start);
  const cell = comma === -1 ? text.slice(start).replace(/\r$/, "") : text.slice(start, comma);
  if (cell.includes('"')) return "has a quote inside a cell that is not quoted";
  cells.push(cell);
  return comma === -1 ? undefined : comma + 1;
}

/** `lines`: what the cell has already. */
function readQuoted(record: Begun, lines: string[], text: string, start: number): Next {
  const end = closingQuote(text, start);
  lines.push(text.slice(start, end === -1 ? undefined : end));
  record.quoted = end === -1 ? lines : undefined;
  if (end === -1) return undefined;
  record.cells.push(lines.join("\n").replaceAll('""', '"'));
  if (text[end + 1] === ",") return end + 2;
  return /^\r?$/.test(text.slice(end + 1, end + 3)) ? undefined : "has something behind a closing quote";
}

/** Two quotes are one that belongs to the cell. -1: there is none. */
function closingQuote(text: string, start: number): number {
  let at = text.indexOf('"', start);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
