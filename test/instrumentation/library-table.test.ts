import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { libraries } from "../../instrumentation/src/libraries/libraries.ts";
import { documented } from "./matrix/documented.ts";
import { testedVersions, withLibraryTable } from "./matrix/library-table.ts";

const readme = fileURLToPath(new URL("../../instrumentation/README.md", import.meta.url));

/** Packages that are instrumented for the sake of another one, which stands for them. */
const isAPart = (name: string): boolean => /^@ai-sdk\/|ai-sdk-provider$|-ai-provider/.test(name);
const main = libraries.filter(({ name }) => !isAPart(name));

describe("the README's table of libraries", () => {
  it("is what the matrix runs (`npm run library-table` writes it)", async () => {
    await expect(withLibraryTable(readFileSync(readme, "utf8"))).toMatchFileSnapshot(readme);
  });

  it("has every library", () => {
    const names = documented.flatMap(({ packages: [first] }) => first ?? []);
    expect(names.toSorted()).toEqual(main.map(({ name }) => name).toSorted());
  });
});

describe("the matrix", () => {
  it.each(main.map(({ name, majors }) => ({ name, majors })))("has every major of $name", ({ name, majors }) => {
    const tested = new Set(testedVersions(name).map((version) => Number.parseInt(version, 10)));
    expect([...tested].sort((a, b) => a - b)).toEqual(majors);
  });
});
