import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requireWritable } from "../../src/case-files/run-reports.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-reports-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
mkdirSync(at("reports"));
writeFileSync(at("old.json"), "{}");
writeFileSync(at("cases.yaml"), "");

const others = { cases: at("cases.yaml"), baseline: at("main.json"), journal: at("trials.jsonl") };

describe("reports", () => {
  it("may be new files, and take the place of earlier ones", async () => {
    await requireWritable({ json: at("old.json"), junit: at("junit.xml"), markdown: at("reports/a.md") }, others);
    expect(existsSync(at("junit.xml"))).toBe(false);
  });

  it.each([
    ["a folder", { json: at("reports") }, /reports cannot be written: it is a folder/],
    ["in no folder", { junit: at("no/such.xml") }, /ENOENT/],
    ["in no folder", { html: at("no/such.html") }, /ENOENT/],
    ["in a file", { junit: at("old.json/junit.xml") }, /ENOTDIR/],
    ["the case file", { json: at("reports/../cases.yaml") }, /it is the case file/],
    ["the baseline", { markdown: at("main.json") }, /it is the baseline/],
    ["what --resume keeps, and removes in the end", { json: at("trials.jsonl") }, /it is what --resume keeps/],
    ["each other", { json: at("all"), markdown: at("all") }, /it is the --json report/],
  ])("are refused before anything is paid for when they are %s", async (_what, files, message) => {
    const refused = requireWritable(files, others);
    await expect(refused).rejects.toMatchObject({ code: "file_unwritable" });
    await expect(refused).rejects.toThrow(message);
  });
});
