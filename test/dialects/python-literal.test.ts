import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePythonLiteral } from "../../src/dialects/python-literal.ts";

describe("what Python prints of plain data", () => {
  it.each<[string, unknown]>([
    ["{}", {}],
    ["{'city': 'Berlin', 'express': True, 'note': None}", { city: "Berlin", express: true, note: null }],
    [`{"it's": "a \\"quote\\"", 'x': "it's"}`, { "it's": 'a "quote"', x: "it's" }],
    ["{'a': [1, -2.5, 1e3, .5], 'b': (1, 'x',), 'c': []}", { a: [1, -2.5, 1000, 0.5], b: [1, "x"], c: [] }],
    ["{'s': 'S\\xe3o \\u2013 Paulo\\n'}", { s: "São – Paulo\n" }],
    ["  {'a' : 1 , }  ", { a: 1 }],
    ["[{'a': False}]", [{ a: false }]],
    ["{'__proto__': 1}", JSON.parse('{"__proto__":1}')],
  ])("%s", (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value);
  });

  it.each([
    "",
    "A-1001",
    "{",
    "{'a': }",
    "{'a' 1}",
    "{'a': 1} and more",
    "{'a': order}",
    "{1: 2}",
    "{'a': 'open}",
    "{'a': datetime(2026, 1, 1)}",
    "{'a': nan}",
    "[1 2]",
    "[".repeat(60) + "]".repeat(60),
    "{'a': 1, , 'b': 2}",
  ])("is not %s", (text) => {
    expect(parsePythonLiteral(text)).toBeUndefined();
  });

  it("does not throw, whatever it is given", () => {
    const unit = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      "(",
      ")",
      "'",
      '"',
      ",",
      ":",
      "\\",
      "x",
      "0",
      " ",
      "True",
      "1e",
      "-",
    );
    fc.assert(
      fc.property(fc.string({ unit }), (text) => {
        expect(() => parsePythonLiteral(text)).not.toThrow();
      }),
    );
  });

  it("reads long texts in linear time", () => {
    const text = `{'a': '${"x\\n".repeat(200_000)}'}`;
    expect(parsePythonLiteral(text)).toEqual({ a: "x\n".repeat(200_000) });
  });
});
