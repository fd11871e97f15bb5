import { array, assert, constantFrom, jsonValue, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { nonceFor, toFencedJson } from "../../../src/evaluation/prompts/fence.ts";

describe("nonceFor", () => {
  it("is 128 bits that depend on the content and on nothing that its writer knows", () => {
    expect(nonceFor("a")).toMatch(/^[0-9a-f]{32}$/);
    expect(nonceFor("a")).toBe(nonceFor("a"));
    expect(nonceFor("a")).not.toBe(nonceFor("b"));
  });
});

describe("toFencedJson", () => {
  it("gives back exactly what went in", () => {
    assert(
      property(jsonValue(), string({ unit: "binary" }), (value, text) => {
        expect(JSON.parse(toFencedJson({ value, text }))).toEqual(JSON.parse(JSON.stringify({ value, text })));
      }),
      { numRuns: 500 },
    );
  });

  it("gives back what is made of fences and hidden characters", () => {
    const piece = constantFrom(
      "<",
      "/",
      "|",
      "`",
      "-",
      "=",
      "[",
      "]",
      "INST",
      "\\",
      '"',
      "\n",
      "END UNTRUSTED",
      "\u{E0041}",
      "\u200b",
      "{{a}}",
      "\ud83d",
    );
    assert(
      property(array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join("");
        const json = toFencedJson({ [text]: text });
        expect(JSON.parse(json)).toEqual({ [text]: text });
        expect(json).not.toMatch(/`{3}|-{3}|={3}|<[/|<]|\[\/|END UNTRUSTED|[\u200b\u{E0041}]/u);
        expect(json.split("\n")).toHaveLength(3);
      }),
      { numRuns: 1_000 },
    );
  });

  it("leaves ordinary text readable", () => {
    const text = "naïve 日本語 a < b && c > d; x[0] - y_1 = `z` **bold** 👍🏽 -- ok";
    expect(toFencedJson(text)).toBe(JSON.stringify(text));
  });
});
