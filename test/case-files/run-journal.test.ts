import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openJournal } from "../../src/case-files/run-journal.ts";
import { evalCase, trialOf, turnOf } from "../evaluation/cases/scripted-run.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-journal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const fresh = (): string => join(folder, `${++files}.jsonl`);
const tested = evalCase({ id: "a" });
const result = trialOf({ trial: 2, turns: [turnOf({ output: "line\nbreak \u2028" })] });

describe("a run's journal", () => {
  it("gives back what came of a trial, to the next run", () => {
    const path = fresh();
    openJournal(path, "f").add(tested, result);
    const next = openJournal(path, "f");
    expect(next.size).toBe(1);
    expect(next.find(tested, 2)).toEqual(result);
    expect(next.find(tested, 1)).toBeUndefined();
  });

  it("knows nothing of other cases, and of the same under other settings", () => {
    const path = fresh();
    openJournal(path, "f").add(tested, result);
    expect(openJournal(path, "f").find({ ...tested, expectedOutput: "x" }, 2)).toBeUndefined();
    expect(openJournal(path, "g").find(tested, 2)).toBeUndefined();
  });

  it("forgets the trial that was being written when the run was killed, and goes on behind it", () => {
    const path = fresh();
    const journal = openJournal(path, "f");
    journal.add(tested, result);
    appendFileSync(path, '{"key":"00');
    openJournal(path, "f").add(evalCase({ id: "b" }), trialOf());
    const last = openJournal(path, "f");
    expect([last.size, last.find(tested, 2), last.find(evalCase({ id: "b" }), 1)]).toEqual([2, result, trialOf()]);
  });

  it("goes when the run is through", () => {
    const path = fresh();
    openJournal(path, "f").remove();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ["another file", "name: shop agent\n"],
    ["JSON of another kind", '{"turnwise_report":1}\n'],
    ["a file of one line that does not end", '{"turnwise_report":1,"cases":[]}'],
    ["a trial that is none", `{"key":"${"0".repeat(64)}","result":{"trial":1}}\n`],
  ])("is not %s, which stays as it is", (_, text) => {
    const path = fresh();
    writeFileSync(path, text);
    expect(() => openJournal(path, "f")).toThrow(expect.objectContaining({ code: "journal_unusable" }));
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});
