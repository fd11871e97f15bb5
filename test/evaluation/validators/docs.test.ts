import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createValidator, validators } from "../../../src/evaluation/validators/validators.ts";

const page = readFileSync(new URL("../../../docs/validators.md", import.meta.url), "utf8");
const [, examples = ""] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
const expectations = parse(examples) as readonly { type: string }[];

describe("docs/validators.md", () => {
  it("has an example of each validator", () => {
    expect(new Set(expectations.map(({ type }) => type))).toEqual(new Set(validators.map(({ type }) => type)));
  });

  it.each(expectations)("has an example of $type that can be configured", (expectation) => {
    const client = { ask: async () => ({ status: 200 }) };
    expect(createValidator(expectation, { client })).toBeTypeOf("function");
  });

  it.each(validators)("names every key of $type", ({ configSchema }) => {
    for (const key of Object.keys(configSchema.shape)) expect(page).toContain(`\`${key}\``);
  });
});
