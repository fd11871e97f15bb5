import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { itemMetrics } from "../../../src/evaluation/item-metrics/item-metrics.ts";
import { failureBuckets, failureSubcategories } from "../../../src/evaluation/run-results/failures/failure-taxonomy.ts";

const page = readFileSync(new URL("../../../docs/item-metrics.md", import.meta.url), "utf8");
/** The cells of each row of a table. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

describe("docs/item-metrics.md", () => {
  it.each(itemMetrics.map((metric) => [metric.key, metric] as const))(
    "has a row for %s, with what it needs",
    (key, metric) => {
      const [row, ...others] = rows.filter(([name]) => name === `\`${key}\``);
      expect(others).toEqual([]);
      const needed = metric.asksModel ? metric.requires.map((part) => part.replace("_", " ")) : [];
      expect(row?.[2]?.replaceAll("`", "") ?? "").toBe(needed.join(", "));
    },
  );

  it("has every kind of failure, in its bucket's order", () => {
    const kinds = rows.flatMap(([bucket = "", kind = ""]) =>
      /^(?:`\w+`)?$/.test(bucket) && kind.startsWith("`") ? [kind] : [],
    );
    expect(kinds.filter((kind) => failureSubcategories.some(({ id }) => kind === `\`${id}\``))).toEqual(
      failureSubcategories.map(({ id }) => `\`${id}\``),
    );
    for (const bucket of failureBuckets.keys()) expect(page).toContain(`| \`${bucket}\``);
  });
});
