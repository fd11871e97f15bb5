/** Every capability of the systems that this one replaces has a test that is named after it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const tests = fileURLToPath(new URL("..", import.meta.url));

const name = /(?:\b(?:it|test|describe)|\))\(\s*(["'`])(.*?)\1/g;

/** The names of tests and of the groups that they are in; behind a table, which ends in `)`, the template of its names. */
const names = readdirSync(tests, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .flatMap((path) => [...readFileSync(join(tests, path), "utf8").matchAll(name)].map(([, , text = ""]) => text));

const upTo = (system: string, last: number): readonly string[] =>
  Array.from({ length: last }, (_, at) => `${system}-${at + 1}`);

it.each([...upTo("AI", 27), ...upTo("VD", 17), ...upTo("VQ", 23)])("%s is what a test is named after", (id) => {
  expect(names.filter((text) => text.split(/[^\w-]+/).includes(id))).not.toEqual([]);
});
