import { describe, expect, it } from "vitest";
import { createShortening, describeCut, exceeds, jsonText } from "../../../src/evaluation/prompts/shortening.ts";

describe("createShortening", () => {
  it("leaves what fits as it is, and has nothing to account for", () => {
    const shorten = createShortening();
    expect(shorten.text("reply", "short", 5)).toBe("short");
    expect(shorten.value("tool_results", { a: [1] }, 100)).toEqual({ a: [1] });
    expect(shorten.account()).toBeUndefined();
  });

  it("keeps head and tail, and says in between how much is missing", () => {
    const shorten = createShortening();
    expect(shorten.text("reply", "0123456789abcdefghij", 10)).toBe("012345 [… 10 characters left out …] ghij");
  });

  it("shows a long value as the head and tail of its JSON", () => {
    const shown = createShortening().value("tool_results", { list: Array.from({ length: 100 }, (_, i) => i) }, 20);
    expect(shown).toMatch(/^\{"list":\[0,1 \[… \d+ characters left out …\] ,98,99\]\}$/);
  });

  it("sums up by kind what was left out, for programs and for people", () => {
    const shorten = createShortening();
    shorten.text("tool_results", "x".repeat(30), 10);
    shorten.text("tool_results", "x".repeat(15), 10);
    shorten.text("arguments", "x".repeat(11), 10);
    shorten.leaveOut("arguments", 5);
    shorten.leaveOutTurns(3, 9);
    shorten.leaveOutFindings(2);
    const cut = shorten.account();
    expect(cut).toEqual({
      shortened: [
        { kind: "tool_results", characters: 25 },
        { kind: "arguments", characters: 6 },
      ],
      turns: [{ from: 3, to: 9 }],
      findings: 2,
    });
    expect(cut && describeCut(cut)).toBe(
      "Not shown to the judge: tool results by 25 characters, arguments by 6 characters shortened; turns 3 to 9; 2 findings of the rules.",
    );
  });

  it("knows by what it keeps, before that is written out, that it is too long", () => {
    const shorten = createShortening();
    shorten.text("reply", "x".repeat(500), 200);
    shorten.value("tool_results", { a: "y".repeat(90) }, 1_000);
    expect(shorten.shownChars()).toBe(298);
    expect([exceeds(shorten, 100), exceeds(shorten, 99)]).toEqual([false, true]);
  });

  it("tells of a single turn in the singular", () => {
    expect(describeCut({ shortened: [], turns: [{ from: 1, to: 1 }], findings: 0 })).toBe(
      "Not shown to the judge: turn 1.",
    );
  });
});

describe("jsonText", () => {
  it("is compact JSON", () => {
    expect(jsonText({ a: [1, null, "x"] })).toBe('{"a":[1,null,"x"]}');
  });
});
