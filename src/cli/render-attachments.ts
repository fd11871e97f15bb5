/** What was shown beside the text, on a line: `image photo.png (image/png, 120 kB)`. */
import type { Attachment } from "@turnwise/client";
import { bytes as size } from "./quantities.ts";
import { block, type Layout } from "./render-block.ts";
import type { Style } from "./terminal.ts";

/** So many are named, the others counted. */
const most = 20;

/** `word`: what was done with them. No lines when there are none. */
export function renderAttachments(
  word: string,
  attachments: readonly Attachment[],
  layout: Layout,
  style: Style,
): string[] {
  if (attachments.length === 0) return [];
  const named = attachments.slice(0, most).map(attachmentText);
  const more = attachments.length > most ? [`${attachments.length - most} more`] : [];
  return block("", `${word} ${[...named, ...more].join(", ")}`, layout, style);
}

function attachmentText({ kind, media_type, name, uri, bytes }: Attachment): string {
  const facts = [media_type, bytes === null ? null : size(bytes), uri].flatMap((fact) => fact ?? []);
  return [kind, ...(name === null ? [] : [name]), ...(facts.length === 0 ? [] : [`(${facts.join(", ")})`])].join(" ");
}
