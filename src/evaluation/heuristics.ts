/**
 * Valiqor's four metrics that ask no model (VQ-17): numbers 0..1 from what an agent answered and what was expected. Letters and
 * spaces count as they are written.
 */
import { distance } from "fastest-levenshtein";
import { RE2JS } from "re2js";
import type { MetricScore } from "../model/judgement.ts";
import { problemOf } from "../component/re2-pattern.ts";

/** 1 when all of the texts occur in the answer, else 0. */
export const containsAll = (answer: string, texts: readonly string[]): 0 | 1 =>
  texts.every((text) => answer.includes(text)) ? 1 : 0;

/** 1 when the texts are the same, else 0. */
export const equalsText = (answer: string, expected: string): 0 | 1 => (answer === expected ? 1 : 0);

/** 1 when the RE2 pattern is found in the answer, else 0. Throws when RE2 does not take the pattern. */
const matchesPattern = (answer: string, pattern: string): 0 | 1 => (RE2JS.compile(pattern).test(answer) ? 1 : 0);

/** So many pairs of characters are compared at most; it takes about a quarter of a second. */
const maximumPairs = 500_000_000;

/**
 * How alike two texts are: 1 - Levenshtein distance / length of the longer one, in characters (code points). 1: the same, also
 * when both are empty. Undefined for texts that are too long to be compared: from about 22,000 characters each.
 */
export function similarityOf(one: string, other: string): number | undefined {
  if (one === other) return 1;
  if (one.length * other.length > maximumPairs) return undefined;
  const [left, right] = toSingleUnits(one, other);
  return 1 - distance(left, right) / Math.max(left.length, right.length);
}

const surrogate = /[\ud800-\udfff]/;

/**
 * Both texts with one UTF-16 unit for each character, the same for the same, since units are what is compared. More than 65,536
 * different characters, which no language has, would share units.
 */
function toSingleUnits(one: string, other: string): readonly [string, string] {
  if (!surrogate.test(one) && !surrogate.test(other)) return [one, other];
  const units = new Map<string, string>();
  const unitOf = (character: string): string => {
    const unit = units.get(character) ?? String.fromCharCode(units.size);
    units.set(character, unit);
    return unit;
  };
  return [Array.from(one, unitOf).join(""), Array.from(other, unitOf).join("")];
}

export interface HeuristicItem {
  readonly output: string;
  /** Of `contains` each text; of the others the first alone counts. Absent, null or empty list: the item cannot be scored. */
  readonly expected?: string | readonly string[] | null;
}

export interface HeuristicMetric {
  /** As in requests and reports. */
  readonly key: string;
  readonly displayName: string;
  readonly definition: string;
  readonly score: (item: HeuristicItem) => MetricScore;
}

/** A value; or why there is none. */
type Scored = number | { readonly problem: string };

function defineHeuristic(
  key: string,
  displayName: string,
  definition: string,
  valueOf: (output: string, expected: readonly [string, ...string[]]) => Scored,
): HeuristicMetric {
  return {
    key,
    displayName,
    definition,
    score({ output, expected }) {
      const [first, ...others] = typeof expected === "string" ? [expected] : (expected ?? []);
      const scored =
        first === undefined ? { problem: "Nothing is expected of it." } : valueOf(output, [first, ...others]);
      return typeof scored === "number"
        ? { name: key, value: scored }
        : { name: key, value: null, explanation: scored.problem };
    },
  };
}

export const heuristicMetrics: readonly HeuristicMetric[] = [
  defineHeuristic("contains", "Contains", "1 when all expected texts occur in the output, else 0.", containsAll),
  defineHeuristic("equals", "Equals", "1 when the output is the expected text, else 0.", (output, [expected]) =>
    equalsText(output, expected),
  ),
  defineHeuristic(
    "regex_match",
    "Regex match",
    "1 when the expected pattern (RE2) is found in the output, else 0.",
    (output, [pattern]) => {
      const problem = problemOf(pattern);
      return problem === undefined ? matchesPattern(output, pattern) : { problem: `The pattern ${problem}.` };
    },
  ),
  defineHeuristic(
    "levenshtein",
    "Levenshtein similarity",
    "1 - edit distance / length of the longer text; 1 when output and expected text are the same.",
    (output, [expected]) => similarityOf(output, expected) ?? { problem: "The texts are too long to be compared." },
  ),
];
