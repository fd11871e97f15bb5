import { isFields, parsedContainer } from "./json.ts";

/** What stands for what was cut off a text. */
const cutMark = " [...]";

/** No text is cut below this: the names and ids beside it are not, either. */
const shortestCut = 64;

/**
 * The text in at most `limit` characters, as far as that is possible. Of a list in JSON (of messages) whole items are left
 * out, after the instructions at its beginning and before the newest; of other JSON the longest texts are cut. So JSON
 * stays JSON.
 */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const json = parsedContainer(text);
  if (json === undefined) return cut(text, limit);
  return JSON.stringify(cutToFit(Array.isArray(json) ? newestItems(json, limit) : json, limit));
}

/** The instructions and the newest other items that fit; at least the newest. */
function newestItems(items: readonly unknown[], limit: number): readonly unknown[] {
  const end = items.findIndex((item) => !isInstruction(item));
  const instructions = end === -1 ? items : items.slice(0, end);
  const others = items.slice(instructions.length);
  let left = limit - 2 - instructions.reduce<number>((sum, item) => sum + sizeOf(item), 0);
  let first = others.length;
  for (const item of others.toReversed()) {
    left -= sizeOf(item);
    if (left < 0 && first < others.length) break;
    first -= 1;
  }
  return [...instructions, ...others.slice(first)];
}

const isInstruction = (item: unknown): boolean =>
  isFields(item) && (item["role"] === "system" || item["role"] === "developer");

/** In JSON, with the comma. */
const sizeOf = (value: unknown): number => JSON.stringify(value).length + 1;

/** Cuts the texts in it to equal lengths, until it fits or only structure is left. */
function cutToFit(value: unknown, limit: number): unknown {
  let fitting = value;
  for (let longest = limit; sizeOf(fitting) - 1 > limit && longest >= shortestCut; longest = Math.floor(longest / 2)) {
    fitting = withTextsCut(value, longest);
  }
  return fitting;
}

function withTextsCut(value: unknown, longest: number): unknown {
  if (typeof value === "string") return cut(value, longest);
  if (Array.isArray(value)) return value.map((item) => withTextsCut(item, longest));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTextsCut(item, longest)]));
}

/** Never between the halves of a character. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.max(0, length - cutMark.length);
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(end - 1));
  return `${text.slice(0, isHalf ? end - 1 : end)}${cutMark}`.slice(0, Math.max(length, 0));
}
