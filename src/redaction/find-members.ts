import { endOfValue } from "./json-text.ts";
import type { KeyRule } from "./key-rules.ts";
import { findAll, type Range } from "./masked-ranges.ts";

const quotedKey = /(["'])([\w .@/-]{1,128})\1\s{0,8}:\s{0,8}(?=\S)/g;

/**
 * The values of members whose keys say that they are to go, in text that is not JSON as a whole: cut off, or in the middle of
 * prose. Where a value has no end it goes to the end of the text.
 */
export function findMembers(
  text: string,
  ruleFor: (key: string) => KeyRule | undefined,
): readonly (Range & { readonly byPreset: boolean })[] {
  const found: (Range & { byPreset: boolean })[] = [];
  let position = 0;
  for (const { index, 0: head, 2: key = "" } of findAll(text, quotedKey, (match) => match)) {
    const rule = index < position ? undefined : ruleFor(key);
    if (rule === undefined) continue;
    const start = index + head.length;
    position = endOfValue(text, start);
    found.push({ start, end: position, byPreset: rule === "preset" });
  }
  return found;
}
