import { array, assert, integer, property, string, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";
import { excerptOf } from "../../../../src/evaluation/rules/reading/excerpt-of.ts";
import { blamesCaller, failureOf } from "../../../../src/evaluation/rules/reading/failure-of.ts";
import { fingerprintOf } from "../../../../src/evaluation/rules/reading/json-leaves.ts";
import { createSeenValues } from "../../../../src/evaluation/rules/reading/seen-values.ts";
import {
  asks,
  claimsSuccess,
  isEnglish,
  leavesOpen,
  leavesUnsettled,
  refuses,
  reportsTrouble,
} from "../../../../src/evaluation/rules/reading/spoken.ts";
import { effectOf, handsOver } from "../../../../src/evaluation/rules/reading/tool-effect.ts";
import { eachKey } from "../../../../src/evaluation/rules/reading/value-keys.ts";
import type { JsonValue } from "../../../../src/model/session.ts";

const keysOf = (text: string): ReadonlySet<string> => {
  const keys = new Set<string>();
  eachKey(text, (key) => keys.add(key));
  return keys;
};

describe("value keys", () => {
  it.each([
    ["Order #W-2378.", "w-2378"],
    ["Order W2378", "w2378"],
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
    ["Ita­lian cuisine", "^cuis"],
  ])("finds %j under %j", (text, key) => {
    expect(keysOf(text)).toContain(key);
  });

  it("reads 1,200,300 as an amount and as a list", () => {
    expect([...keysOf("1,200,300")]).toEqual(expect.arrayContaining(["#1200300", "#1", "#200", "#300"]));
  });

  it("finds every word of any text again", () => {
    const anyWords = array(stringMatching(/^[a-z0-9]{1,12}$/), { minLength: 1 });
    expect(fingerprintOf({ a: 1 })).not.toBe(fingerprintOf([["a", 1]]));
    expect(fingerprintOf({})).not.toBe(fingerprintOf([]));
  });

  it("are missing for values that are too deep to compare", () => {
    let value: JsonValue = 1;
    for (let depth = 0; depth < 100; depth += 1) value = [value];
    expect(fingerprintOf({ a: value })).toBeUndefined();
  });
});

describe("excerpts", () => {
  it("are one line of at most their length, with no half character", () => {
    expect(excerptOf("a\n  b", 10)).toBe("a b");
    assert(
      property(string({ unit: "grapheme", maxLength: 400 }), integer({ min: 2, max: 50 }), (text, length) => {
        const excerpt = excerptOf(text, length);
        return excerpt.length <= length && !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/.test(excerpt);
      }),
    );
  });
});
