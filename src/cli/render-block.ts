/** The one shape of everything below a turn's title: a label, and its text in a column beside it. */
import type { Paint, Style } from "./terminal.ts";
import { toPrintable, toPrintableLine } from "./printable.ts";
import { wrapToWidth } from "./text-layout.ts";
import { integer } from "./quantities.ts";

export interface Layout {
  readonly paint: Paint;
  /** Columns. */
  readonly width: number;
}

/** Longer texts are cut, with a note of how much is missing. */
const maxCharacters = 1500;

/** A line or more below a title. `before` is painted text that stands on a line of its own in front. */
export function block(label: string, text: string, layout: Layout, style: Style, before = ""): string[] {
  const lines = wrapToWidth(toPrintable(shorten(text)).trim(), layout.width - 10);
  return labelled(`  ${layout.paint(style, label.padEnd(8))}`, 10, before === "" ? lines : [before, ...lines]);
}

/** A fact about the whole session; nothing when it is not known. */
export function fact(name: string, value: string | null, layout: Layout): string[] {
  if (value === null || value === "") return [];
  const lines = wrapToWidth(toPrintableLine(shorten(value)), layout.width - 14);
  return labelled(layout.paint("dim", name.padEnd(14)), 14, lines);
}

/** The label stands before the first line; the others keep its width clear. */
const labelled = (label: string, width: number, lines: readonly string[]): string[] =>
  lines.map((line, index) => (index === 0 ? label : " ".repeat(width)) + line);

export function scoreMark(score: number, paint: Paint): string {
  if (score > 0) return paint("green", "+1 helpful");
  if (score < 0) return paint("red", "-1 harmful");
  return paint("yellow", "0 neutral");
}

export function shorten(text: string, limit = maxCharacters): string {
  if (text.length <= limit) return text;
  // Never between the two halves of a surrogate pair.
  const end = /[\ud800-\udbff]$/.test(text.slice(0, limit)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… [${integer(text.length - end)} more characters, see --json]`;
}
