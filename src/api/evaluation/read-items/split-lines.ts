/** The lines of a body as it comes. */
import { createBegunText, type FinishedText } from "./begun-text.ts";

/** Where it begins, from 1, and its text without a line feed, or why there is none. */
export type Line = { readonly line: number } & FinishedText;

const LINE_FEED = 0x0a;

/**
 * Only line feeds end a line: JSON and cells may hold the other line ends. One of more than `maxBytes` is a problem. All that end in
 * a piece come at once: a piece may be line feeds and nothing else.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<readonly Line[]> {
  let line = 1;
  const begun = createBegunText(maxBytes);
  for await (const chunk of chunks) {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      if (end > start) begun.add(chunk.subarray(start, end));
      lines.push(begun.isEmpty() ? { line, text: "" } : { line, ...begun.finish() });
      line += 1;
      start = end + 1;
    }
    begun.add(chunk.subarray(start));
    yield lines;
  }
  if (!begun.isEmpty()) yield [{ line, ...begun.finish() }];
}
