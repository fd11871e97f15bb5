import { type Finder, matchesOf, mergeRanges, type Range } from "./masked-ranges.ts";

/** 24 characters hold 18 bytes: less is no secret. */
const findBlocks = matchesOf(/(?<![\w+/-])[\w+/-]{24,}={0,2}/g);
const PROBE_CHARACTERS = 64;

/** Blocks of base64 (either alphabet) that hide what one of the finders finds in plain text. */
export function findInBase64(finders: readonly Finder[]): Finder {
  return (text) => {
    const blocks = findBlocks(text).filter(({ start, end }) =>
      isPrintable(text.slice(start, Math.min(end, start + PROBE_CHARACTERS))),
    );
    if (blocks.length === 0) return [];
    const decoded = blocks.map(({ start, end }) => toPlain(text.slice(start, end)));
    const plain = decoded.join("\n");
    return blocksWith(blocks, decoded, mergeRanges(finders.flatMap((find) => find(plain))));
  };
}

/** The blocks in whose plain text something was found; all are searched at once, one line each. */
function blocksWith(blocks: readonly Range[], decoded: readonly string[], found: readonly Range[]): readonly Range[] {
  let next = 0;
  let lineStart = 0;
  return blocks.filter((_, line) => {
    const lineEnd = lineStart + (decoded[line] ?? "").length;
    while ((found[next]?.end ?? Infinity) <= lineStart) next += 1;
    const isHit = (found[next]?.start ?? Infinity) < lineEnd;
    lineStart = lineEnd + 1;
    return isHit;
  });
}

/** Words and pictures decode to control characters soon; text does not. */
function isPrintable(base64: string): boolean {
  return !/[^\t\n\r\x20-\x7e\x80-\xff]/.test(toPlain(base64));
}

function toPlain(base64: string): string {
  return Buffer.from(base64, "base64").toString("latin1");
}
