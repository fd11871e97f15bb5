import { describe, expect, it } from "vitest";
import { createShortening, jsonText } from "../../../src/evaluation/prompts/shortening.ts";

describe("createShortening", () => {
  it("leaves what fits as it is, and has nothing to account for", () => {
    const shorten = createShortening();
    expect(shorten.text("texts", "short", 5)).toBe("short");
    expect(shorten.value("results", { a: [1] }, 100)).toEqual({ a: [1] });
    expect(shorten.account()).toBeUndefined();
  });

  it("keeps head and tail, and says in between how much is missing", () => {
    const shorten = createShortening();
    expect(shorten.text("texts", "0123456789abcdefghij", 10)).toBe("012345 [… 10 characters left out …] ghij");
  });

  it("shows a long value as the head and tail of its JSON", () => {
    const shown = createShortening().value("results", { list: Array.from({ length: 100 }, (_, i) => i) }, 20);
    expect(shown).toMatch(/^\{"list":\[0,1 \[… \d+ characters left out …\] ,98,99\]\}$/);
  });

  it("sums up by kind what was left out", () => {
    const shorten = createShortening();
    shorten.text("tool results", "x".repeat(30), 10);
    shorten.text("tool results", "x".repeat(15), 10);
    shorten.text("arguments", "x".repeat(11), 10);
    shorten.leaveOut("turns 3 to 9");
    expect(shorten.account()).toBe(
      "Not shown to the judge: tool results by 25 characters, arguments by 1 characters shortened; turns 3 to 9.",
    );
  });
});

describe("jsonText", () => {
  it("is compact JSON", () => {
    expect(jsonText({ a: [1, null, "x"] })).toBe('{"a":[1,null,"x"]}');
  });
});
