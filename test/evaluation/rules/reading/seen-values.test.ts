import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSeenValues } from "../../../../src/evaluation/rules/reading/seen-values.ts";
import { eachKey } from "../../../../src/evaluation/rules/reading/value-keys.ts";

const keysOf = (text: string): ReadonlySet<string> => {
  const keys = new Set<string>();
  eachKey(text, (key) => keys.add(key));
  return keys;
};

describe("value keys", () => {
  it.each([
    ["Order #W-2378.", "w-2378"],
    ["Order W-2378", "w2378"],
    ["1,250.50 dollars", "#1250.5"],
    ["a dozen eggs", "#12"],
    ["5 million", "#5000000"],
    ["2.5%", "#0.025"],
    ["May 17th, 2024", "@2024-5-17"],
    ["17 May", "@5-17"],
    ["17/05/2024", "@2024-5-17"],
    ["2024-05-17T10:00", "@2024-5-17"],
    ["see you tomorrow", "@relative"],
    ["Café", "cafe"],
    ["１２", "#12"],
    ["Italian cuisine", "^ital"],
  ])("finds %j under %j", (text, key) => {
    expect(keysOf(text)).toContain(key);
  });

  it("reads 1,200,300 as an amount and as a list", () => {
    expect([...keysOf("1,200,300")]).toEqual(expect.arrayContaining(["#1200300", "#1", "#200", "#300"]));
  });

  it("finds every word of any text again", () => {
    const anyWords = fc.array(fc.stringMatching(/^[a-z0-9]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(anyWords, (words) => {
        expect([...keysOf(words.join(" "))]).toEqual(expect.arrayContaining(words));
      }),
    );
    expect(keysOf("")).toEqual(new Set());
  });
});

describe("seen values", () => {
  it("tells when and by whom a value was first said", () => {
    const seen = createSeenValues();
    seen.addText("order W1", 1, "user");
    seen.addJson({ id: "W2", note: "W1" }, 2, "found");
    expect([seen.has("w1", 1), seen.has("w1", 2), seen.has("w2", 2), seen.has("w2", 3)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect([seen.has("w1", 9, ["user"]), seen.has("w2", 9, ["user"])]).toEqual([true, false]);
  });
});
