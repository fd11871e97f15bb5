import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { createArgumentCheck, runsFast } from "../../../../src/evaluation/rules/reading/argument-check.ts";
import type { JsonValue } from "../../../../src/model/session.ts";

type Members = { readonly [key: string]: JsonValue };
const schema = (properties: Members, more: Members = {}): JsonValue => ({ type: "object", properties, ...more });

describe("argument check", () => {
  it.each<[name: string, schema: JsonValue, value: JsonValue, wrong: RegExp | undefined]>([
    ["a missing member", schema({ a: {} }, { required: ["a"] }), {}, /"a"/],
    ["a number below its minimum", schema({ a: { minimum: 3 } }), { a: 2 }, /"a"/],
    ["a wrong item of an array", schema({ a: { items: { type: "integer" } } }), { a: [1, "x"] }, /"a\/1"/],
    ["an unknown member that is forbidden", schema({}, { additionalProperties: false }), { a: 1 }, /a/],
    [
      "a reference into $defs",
      schema({ a: { $ref: "#/$defs/A" } }, { $defs: { A: { type: "string" } } }),
      { a: 1 },
      /"a"/,
    ],
    ["none of the alternatives", schema({ a: { anyOf: [{ type: "string" }, { type: "null" }] } }), { a: 1 }, /"a"/],
    ["null where the schema says nullable", schema({ a: { type: "string", nullable: true } }), { a: null }, undefined],
    [
      "a value that fits two of oneOf, read as anyOf",
      schema({ a: { oneOf: [{ type: "number" }, { type: "integer" }] } }),
      { a: 1 },
      undefined,
    ],
    ["a type nobody knows", schema({ a: { type: "geometry" } }), { a: 1 }, undefined],
    ["a reference that leads nowhere", schema({ a: { $ref: "https://example.com/schema" } }), { a: 1 }, undefined],
    ["a draft 4 boolean limit", schema({ a: { minimum: 3, exclusiveMinimum: true } }), { a: 4 }, undefined],
    [
      "a recursive schema on a recursive value",
      schema(
        { a: { $ref: "#/$defs/A" } },
        { $defs: { A: { type: "object", properties: { a: { $ref: "#/$defs/A" } } } } },
      ),
      { a: { a: { a: {} } } },
      undefined,
    ],
    ["parameters that are no schema", "string", { a: 1 }, undefined],
    [
      "a schema of the wrong shapes",
      schema({ a: { enum: "x", required: 5, items: [], properties: null, anyOf: [] } }),
      { a: 1 },
      undefined,
    ],
    ["a pattern that does not compile", schema({ a: { pattern: "[" } }), { a: "x" }, undefined],
  ])("judges %s", (_name, parameters, value, wrong) => {
    const said = createArgumentCheck(parameters)(value);
    expect(said ?? "nothing").toMatch(wrong ?? /^nothing$/);
  });

  it("is silent where checking would cost too much", () => {
    const wide = schema(
      Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`p${index}`, { type: "string" }])),
    );
    const startedAt = performance.now();
    expect(createArgumentCheck(wide)({ p1: 1 })).toBeUndefined();
    expect(
      createArgumentCheck(schema({ a: { items: { anyOf: Array.from({ length: 900 }, () => ({ type: "string" })) } } }))(
        { a: Array.from({ length: 1e5 }, () => 1) },
      ),
    ).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it.each([
    ["^[A-Z]{3}$", true],
    ["^\\d{4}-\\d{2}-\\d{2}$", true],
    ["^#W[0-9]+$", true],
    ["^(a+)+$", false],
    ["(x+x+)+y", false],
    ["^(.*,){20}x", false],
    ["a*a*a*b", false],
    ["(a|a)?b", false],
    ["(.)\\1", false],
    ["(?<=a)b", false],
    ["a{1,100}b{1,100}c{1,100}", false],
    ["[", false],
  ])("lets the pattern %s run: %s", (pattern, runs) => {
    expect(runsFast(pattern)).toBe(runs);
  });
});
