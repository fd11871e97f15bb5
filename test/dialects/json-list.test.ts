import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findMember, isCutOff, scanList } from "../../src/dialects/json-list.ts";

function elementsOf(text: string, from = 0): unknown[] {
  return scanList(text, from).elements.map(([start, end]) => JSON.parse(text.slice(start, end)) as unknown);
}

describe("a JSON list in its text", () => {
  it("has the elements that JSON.parse finds", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, "\t"), (list, space) => {
        const text = JSON.stringify(list, null, space);
        expect(scanList(text, 0).closed).toBe(true);
        expect(elementsOf(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("gives the elements that are whole when it is cut off anywhere", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1 }), fc.nat(), (list, cut) => {
        const text = JSON.stringify(list);
        const scan = scanList(text.slice(0, cut % text.length), 0);
        expect(scan.closed).toBe(false);
        const whole = scan.elements.map(([start, end]) => JSON.parse(text.slice(start, end)) as unknown);
        expect(whole).toEqual((JSON.parse(text) as unknown[]).slice(0, whole.length));
      }),
    );
  });

  it("goes on after an element", () => {
    const text = '[{"a":1},{"b":2},{"c":3}]';
    expect(elementsOf(text, text.indexOf("},{") + 1)).toEqual([{ b: 2 }, { c: 3 }]);
  });

  it.each(["[", "[}", "[,]x", '["a" "b"]', "[1 2]", "not a list", ""])("does not stumble over %s", (text) => {
    expect(() => scanList(text, 0)).not.toThrow();
  });

  it.each([
    ['{"model":"x","messages":[1]}', "[1]}"],
    ['{ "a" : {"messages":[0]}, "messages" : [1] }', "[1] }"],
    ['{"a":"\\"messages\\":[0]","input":[2]}', "[2]}"],
    ['{"messages', undefined],
    ['{"a":1}', undefined],
    ["[1]", undefined],
    ['{"a":1 "messages":[1]}', undefined],
  ])("is found in %s", (text, rest) => {
    const at = findMember(text, ["messages", "input"]);
    expect(at === undefined ? undefined : text.slice(at)).toBe(rest);
  });
});

describe("JSON that was cut off", () => {
  it.each(["{", "[", '{"a":1', '[{"a":"]}', ' [{"a":1}', '["a', '{"a":[1,2}', "[[1]"])(
    "is seen by its missing end: %s",
    (text) => {
      expect(isCutOff(text)).toBe(true);
    },
  );

  it.each([
    "",
    "hello",
    "[Sun 20:58] hi",
    "{curly",
    '{"a":1}',
    "[]",
    '[{"a":1}] and more',
    '{"role":"user"} \u0007 "quoted',
  ])("is not every text that begins with a bracket: %s", (text) => {
    expect(isCutOff(text)).toBe(false);
  });
});
