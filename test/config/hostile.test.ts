/** Whatever is written in a configuration, reading it ends soon, with a Config or with a ConfigError. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { ConfigError } from "../../src/model/errors.ts";
import { components, goodConfig } from "./components.ts";
import { processorMs } from "../support/processor-ms.ts";

/** Undefined when all is well; else the error that must not be. */
function failureOf(text: string, env: Record<string, string> = {}, settings: readonly string[] = []): unknown {
  try {
    loadConfig({ text, env, settings }, components);
    return undefined;
  } catch (error) {
    return error instanceof ConfigError && error.problems.length > 0 ? undefined : error;
  }
}

const pieces = fc.constantFrom(
  ..."{}[]:,&*!|>%@`'\"#?-~$\n\t \\".split(""),
  "${env:X}",
  "${X:-",
  "$${",
  "<<: *a",
  "&a ",
  "*a",
  "::",
  "!!binary ",
  "!!set ",
  "!!timestamp ",
  "__proto__: ",
  "constructor: ",
  "null",
  "? ",
  "- ",
  "--- ",
  "%YAML 1.1\n---\n",
  "\u0000",
  "\ud800",
  "\u{1f600}",
);

/** The good configuration with pieces put in, or taken out, at any place. */
const mutated = fc
  .array(fc.record({ at: fc.nat(goodConfig.length), cut: fc.nat(6), piece: pieces }), { minLength: 1, maxLength: 6 })
  .map((edits) =>
    edits.reduce((text, { at, cut, piece }) => text.slice(0, at) + piece + text.slice(at + cut), goodConfig),
  );

describe("a configuration", () => {
  test("that was mangled is read or refused in words", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        expect(failureOf(text)).toBeUndefined();
      }),
      { numRuns: 150 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("takes whatever the environment holds as a value, and never as keys", () => {
    const anything = fc.oneof(fc.string(), fc.string({ unit: pieces }), fc.json());
    const text = goodConfig
      .replace("./data", '"${env:DIR:-d}x"')
      .replace("{ check_interval: 1s }", '{ check_interval: "${TIME}" }');
    fc.assert(
      fc.property(anything, anything, (dir, time) => {
        expect(failureOf(text, { DIR: dir, TIME: time })).toBeUndefined();
      }),
      { numRuns: 100 },
    );
  });

  test("takes any setting, or refuses it in words", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: pieces })), fc.string({ unit: pieces }), (path, value) => {
        expect(failureOf(goodConfig, {}, [`${path}=${value}`])).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ["many keys", `judges: { ${Array.from({ length: 4000 }, (_, index) => `k${index}: 1`).join(", ")} }`],
    [
      "many unknown keys with a long name",
      `judges: { rules: { ${Array.from({ length: 200 }, (_, index) => `"${"k".repeat(2000)}${index}": 1`).join(", ")} } }`,
    ],
    ["a long scalar", `judges: { rules: { max_steps: "${"x".repeat(5_000_000)}" } }`],
    ["a long scalar of dollars", `judges: { rules: { max_steps: "${"$".repeat(1_000_000)}" } }`],
    ["many references that do not end", `judges: { rules: { max_steps: "${"${a:-".repeat(100)}" } }`],
    ["many references in each other", `judges: { rules: { max_steps: "${"${a:-".repeat(90)}x${"}".repeat(90)}" } }`],
    ["a key of many delimiters", `? "${"::".repeat(50_000)}"\n: 1`],
  ])("of %s is refused soon", (_, text) => {
    expect(processorMs(() => expect(failureOf(text)).toBeUndefined())).toBeLessThan(5000);
  });
});
