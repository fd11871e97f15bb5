/** Text that is taken as it is written, not as JSON. */
import { findInBase64 } from "./find-base64.ts";
import { findMembers } from "./find-members.ts";
import { findAllowed, findBlocked } from "./find-patterns.ts";
import type { KeyRule } from "./key-rules.ts";
import type { Mask } from "./mask.ts";
import { type Finder, mergeRanges, type Range, rangesOutside, replaceRanges } from "./masked-ranges.ts";
import { presets } from "./presets.ts";
import type { RedactionRules } from "./redaction-rules.ts";

/** Nothing that a preset finds is shorter, but for addresses. */
const SHORTEST_FIND = 8;

export interface PlainRedaction {
  text(text: string): string;
  key(key: string): string;
  /** All of the text masked, unless it is allowed. */
  whole(text: string, rule: KeyRule): string;
}

export function createPlainRedaction(
  rules: RedactionRules,
  ruleFor: (key: string) => KeyRule | undefined,
  mask: Mask,
): PlainRedaction {
  const finders = findersOf(rules);

  function findByPreset(text: string): readonly Found[] {
    if (text.length < SHORTEST_FIND && !text.includes("@")) return [];
    return finders.flatMap((find) => find(text).map((range) => ({ ...range, byPreset: true })));
  }

  /** What is allowed is only looked for where something is to go. */
  function replace(text: string, found: readonly Found[]): string {
    if (found.length === 0) return text;
    const allowed = mergeRanges(findAllowed(text, rules.allowedValues));
    return replaceRanges(text, rangesOutside(mergeRanges(found), allowed), (part, range) => mask.part(part, range));
  }

  return {
    text: (text) =>
      replace(text, [
        ...findByPreset(text),
        ...findBlocked(text, rules.blockedValues).map((range) => ({ ...range, byPreset: false })),
        ...findMembers(text, ruleFor),
      ]),
    key: (key) => replace(key, findByPreset(key)),
    whole(text, rule) {
      const all = { start: 0, end: text.length, byPreset: rule === "preset" };
      return text === "" ? mask.part(text, all) : replace(text, [all]);
    },
  };
}

interface Found extends Range {
  readonly byPreset: boolean;
}

function findersOf(rules: RedactionRules): readonly Finder[] {
  const finders = rules.presets.flatMap((name) => presets[name].finders);
  return finders.length === 0 ? [] : [...finders, findInBase64(finders)];
}
