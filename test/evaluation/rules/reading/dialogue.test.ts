import { describe, expect, it } from "vitest";
import {
  assents,
  complains,
  proposes,
  refusesRequest,
  regrets,
  setsCondition,
  wantsComparison,
} from "../../../../src/evaluation/rules/reading/dialogue.ts";

const cases: readonly [tells: (text: string) => boolean, told: readonly string[], not: readonly string[]][] = [
  [proposes, ["Shall I proceed?", "Please confirm with yes.", "Is that correct?"], ["It is open.", "Anything else?"]],
  [
    assents,
    ["Yes!", " ok, do it", "Please proceed", "That's right."],
    ["No.", "Can you say yes?", "Yesterday it was open"],
  ],
  [refusesRequest, ["I cannot do that", "It is not allowed", "Our policy doesn't allow it"], ["I can do that"]],
  [regrets, ["Unfortunately it is gone", "I am not able to", "By policy, no"], ["Here it is"]],
  [complains, ["It still hangs", "Same problem", "That didn't help"], ["It works now", "Thanks"]],
  [setsCondition, ["Cancel it if it is late", "unless it shipped"], ["Cancel it", "A gift for my wife"]],
  [wantsComparison, ["The cheapest one", "How much in total?"], ["This one", "Blue"]],
];

describe("phrases of a talk", () => {
  it.each(cases.flatMap(([tells, told]) => told.map((text) => [text, tells] as const)))("are in %j", (text, tells) => {
    expect(tells(text)).toBe(true);
  });

  it.each(cases.flatMap(([tells, , not]) => not.map((text) => [text, tells] as const)))(
    "are not in %j",
    (text, tells) => {
      expect(tells(text)).toBe(false);
    },
  );
});
