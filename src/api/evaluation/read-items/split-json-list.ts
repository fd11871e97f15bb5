/** The elements of a JSON list as it comes. */
import { createBegunText } from "./begun-text.ts";
import type { Line } from "./split-lines.ts";

/**
 * Their texts, each with the line where it begins; what is wrong inside of one is not looked for. One of more than `maxBytes` is a
 * problem, and so is what is no list: that is the last one.
 */
export async function* splitJsonList(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  const [scanner, element] = [createScanner(), createBegunText(maxBytes)];
  let line = 1;
  /** Where the element begins; absent before its first character. */
  let begin: number | undefined;
  let hasComma = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? SPACE;
      const meaning = scanner.read(byte);
      if (byte === LINE_FEED) line += 1;
      if (meaning === "wrong") {
        yield { line, problem: "is not a JSON list of items" };
        return;
      }
      if (meaning === "inside" && !isSpace(byte)) begin ??= line;
      if (meaning === "inside") continue;
      element.add(chunk.subarray(start, at));
      start = at + 1;
      if (meaning === "outside") continue;
      const finished = element.finish();
      hasComma ||= meaning === "comma";
      if (begin !== undefined || hasComma) yield { line: begin ?? line, ...finished };
      begin = undefined;
    }
    element.add(chunk.subarray(start));
  }
  if (!scanner.isOver()) yield { line, problem: "ends before the list does" };
}

const [SPACE, QUOTE, BACKSLASH, COMMA, LINE_FEED] = [0x20, 0x22, 0x5c, 0x2c, 0x0a];
const [LIST, END_OF_LIST, OBJECT, END_OF_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const isSpace = (byte: number): boolean => byte === SPACE || (byte >= 0x09 && byte <= 0x0d);

/** What a byte is: part of an element, an end of one, nothing, or a mistake. */
type Meaning = "inside" | "comma" | "end" | "outside" | "wrong";

function createScanner() {
  let place: "before" | "list" | "text" | "after" = "before";
  let depth = 0;
  let isEscaped = false;

  function readText(byte: number): Meaning {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) isEscaped = true;
    else if (byte === QUOTE) place = "list";
    return "inside";
  }

  function readList(byte: number): Meaning {
    if (depth === 0 && byte === COMMA) return "comma";
    if (depth === 0 && byte === END_OF_LIST) {
      place = "after";
      return "end";
    }
    if (byte === QUOTE) place = "text";
    else if (byte === LIST || byte === OBJECT) depth += 1;
    else if (byte === END_OF_LIST || byte === END_OF_OBJECT) depth = Math.max(0, depth - 1);
    return "inside";
  }

  return {
    isOver: () => place === "after",
    read(byte: number): Meaning {
      if (place === "text") return readText(byte);
      if (place === "list") return readList(byte);
      if (isSpace(byte)) return "outside";
      if (place === "after" || byte !== LIST) return "wrong";
      place = "list";
      return "outside";
    },
  };
}
