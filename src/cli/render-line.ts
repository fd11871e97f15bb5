import { toPrintableLine } from "./printable.ts";
import type { Layout } from "./render-block.ts";
import { wrapToWidth } from "./text-layout.ts";

/** A label and its text in a column beside it; nothing when there is no text. */
export function line(label: string, text: string, { paint, width }: Layout): string[] {
  if (text === "") return [];
  const lines = wrapToWidth(toPrintableLine(text), Math.max(20, width - 16));
  return lines.map((part, at) => (at === 0 ? paint("dim", `  ${label}`.padEnd(16)) : " ".repeat(16)) + part);
}

export function spanName({ name, span_id: id }: { readonly name: string; readonly span_id: string }): string {
  return `${name} [${id}]`;
}
