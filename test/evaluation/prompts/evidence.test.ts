import { describe, expect, it } from "vitest";
import { groundEvidence } from "../../../src/evaluation/prompts/evidence.ts";

const passages = [
  { text: "Where is it?", messageIndex: 1 },
  { at: 1, text: 'get {"id":"7"}', spanId: "aa", messageIndex: 2 },
  { at: 1, text: "not found", spanId: "aa", messageIndex: 3 },
  { at: 2, text: "not found either" },
];

describe("groundEvidence", () => {
  const cases: [string, number | null, string | null, object[]][] = [
    ["a number alone", 1, null, [{ spanId: "aa", messageIndex: 2 }]],
    ["a number that stands for no place", 2, null, []],
    ["a number that does not exist", 3, null, []],
    ["a quote alone", null, "Where is", [{ quote: "Where is", messageIndex: 1 }]],
    ["a quote with other white space", null, '"id": "7"', [{ spanId: "aa", quote: '"id": "7"', messageIndex: 2 }]],
    ["a quote where it was said to be", 2, "not found", [{ quote: "not found" }]],
    ["a quote that stands elsewhere", 2, "Where is it", [{ quote: "Where is it", messageIndex: 1 }]],
    ["a quote that is nowhere", null, "lost", []],
    ["the number beside a quote that is nowhere", 1, "lost", [{ spanId: "aa", messageIndex: 2 }]],
    ["nothing", null, null, []],
    ["an empty quote", null, "  ", []],
  ];
  for (const [what, at, quote, expected] of cases) {
    it(`keeps of ${what}: ${JSON.stringify(expected)}`, () => {
      expect(groundEvidence([{ at, quote }], passages)).toEqual(expected);
    });
  }
});
