import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeSpan } from "../../../src/evaluation/cases/code-span.ts";
import { compareRuns } from "../../../src/evaluation/cases/compare-runs.ts";
import { escapeXml } from "../../../src/evaluation/escape-xml.ts";
import { baselineSchema, toJsonReport } from "../../../src/evaluation/cases/json-report.ts";
import { toJunitReport } from "../../../src/evaluation/cases/junit-report.ts";
import { toMarkdownReport } from "../../../src/evaluation/cases/markdown-report.ts";
import { turnOf, caseOf, failedTrial, hostileText, runOf, trialOf } from "./scripted-run.ts";

const crashed = trialOf({ status: "error", score: null, turns: [], error: { code: "crashed", message: hostileText } });
const stopped = trialOf({ status: "stopped", score: null, trip: { guard: "max_steps", reason: hostileText } });
const wrong = trialOf({
  status: "failed",
  score: 0.5,
  turns: [turnOf({ output: hostileText })],
  validations: [{ name: "contains", passed: false, explanation: hostileText }],
});
const run = runOf(
  caseOf("fine", trialOf()),
  caseOf("crash", crashed),
  caseOf("stop", stopped),
  caseOf("wrong", trialOf(), wrong),
);

describe("the JSON report", () => {
  it("holds the run whole, and is what the next run is compared with", () => {
    const report: unknown = JSON.parse(JSON.stringify(toJsonReport(run)));
    expect(report).toMatchObject({
      turnwise_report: 1,
      name: "shop agent",
      started_at: "2026-10-01T12:00:00.000Z",
      duration_ms: 2500,
      totals: { cases: 4, passed: 1, score: 0.75, cost_usd: null },
      cases: [
        { id: "fine", passed: true, trials: [{ turns: [{ output: "hello", tool_calls: [] }] }] },
        { id: "crash", trials: [{ error: { code: "crashed", message: expect.any(String) as string } }] },
        { id: "stop", trials: [{ stopped_by_guard: { guard: "max_steps" } }] },
        { id: "wrong", pass_rate: 0.5 },
      ],
    });
    const { cases } = baselineSchema.parse(report);
    expect(compareRuns(cases, run.cases)).toMatchObject({ regressions: [], improvements: [], missing: [] });
  });

  it("holds the comparison", () => {
    const comparison = compareRuns([{ id: "crash", passed: true, score: 1 }], run.cases);
    expect(toJsonReport(run, comparison)).toMatchObject({
      comparison: { is_worse: true, regressions: [{ id: "crash", difference: null }], scores: null },
    });
  });

  it.each([
    ["a report of another version", { turnwise_report: 2, cases: [] }],
    ["something else", { cases: [{ id: "a", passed: true, score: 1 }] }],
    ["a score above 1", { turnwise_report: 1, cases: [{ id: "a", passed: true, score: 3 }] }],
    ["an id of markup", { turnwise_report: 1, cases: [{ id: "<script>", passed: true, score: 1 }] }],
    ["an id twice", { turnwise_report: 1, cases: [1, 2].map(() => ({ id: "a", passed: true, score: 1 })) }],
  ])("is no baseline when it is %s", (_what, report) => {
    expect(baselineSchema.safeParse(report).success).toBe(false);
  });
});

describe("the JUnit report", () => {
  const xml = toJunitReport(run);

  it("tells errors from failures, and counts both", () => {
    expect(xml).toContain('<testsuites name="shop agent" tests="4" failures="2" errors="1" time="2.500">');
    expect(xml).toContain('timestamp="2026-10-01T12:00:00.000Z"');
    expect(xml).toContain('<testcase classname="shop agent" name="fine" time="1.500"/>');
    expect(xml).toMatch(/<error type="crashed" message="crashed: [^"]*">trial 1: crashed: /);
    expect(xml).toMatch(/<failure type="max_steps" message="stopped by the guard max_steps: [^"]*">/);
    expect(xml).toMatch(/<failure type="failed" message="contains: [^"]*">/);
  });

  it("has no element and no character that an agent wrote into it", () => {
    const elements = [...xml.matchAll(/<\/?([^\s/>]+)/g)].map(([, name]) => name);
    const own = ["?xml", "testsuites", "testsuite", "testcase", "failure", "error", "system-out"];
    expect(elements.filter((name) => !own.includes(name ?? ""))).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- looking for them is the purpose
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]|\p{Surrogate}/u);
  });

  it("opens and closes every element", () => {
    const open: string[] = [];
    for (const [, close, name = "", empty] of xml.matchAll(/<(\/?)([a-z-]+)[^>]*?(\/?)>/g)) {
      if (close === "/" && open.at(-1) === name) open.pop();
      else if (empty !== "/") open.push(`${close}${name}`);
    }
    expect(open).toEqual([]);
  });
});

/** Any text that a program can hold, halves of characters too. */
const codeUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 50 })
  .map((units) => String.fromCharCode(...units));

describe("text in XML", () => {
  it("keeps everything that XML can say, and nothing else", () => {
    expect(escapeXml("a<b>&\"'\n\té😀")).toBe("a&lt;b&gt;&amp;&quot;&apos;&#10;&#9;é😀");
    expect(escapeXml("\u0000\u001b\ufffe\ud800x")).toBe("\ufffd\ufffd\ufffd\ufffdx");
  });

  it("never ends what it stands in", () => {
    fc.assert(
      fc.property(codeUnits, (text) => {
        expect(escapeXml(text)).not.toMatch(/[<>"'\n]|&(?!(?:amp|lt|gt|quot|apos|#9|#10|#13);)/);
      }),
    );
  });
});

describe("the Markdown report", () => {
  it("begins with the whole, then what did not pass, then every case", () => {
    const markdown = toMarkdownReport(run);
    expect(markdown).toContain("1 of 4 cases passed, score 0.7500, 2.5 s.");
    expect(markdown).toContain("| ` fine ` | yes | 1.0000 | 1 of 1 |");
    expect(markdown).toContain("| ` wrong ` | **no** | 1.0000 | 1 of 2 |");
    expect(markdown).toContain("- ` crash `: error, ");
  });

  it("tells what got worse and what is only chance", () => {
    const comparison = compareRuns(
      [
        { id: "crash", passed: true, score: 1 },
        { id: "fine", passed: true, score: 0.9 },
        { id: "gone", passed: true, score: 1 },
      ],
      run.cases,
    );
    const markdown = toMarkdownReport(run, comparison);
    expect(markdown).toContain("## Compared with the baseline: worse");
    expect(markdown).toContain("- ` crash `: passed 1.0000 → not passed -");
    expect(markdown).toContain("Mean score +0.1000 over 1 case (too few for an interval).");
    expect(markdown).toContain("### No longer there\n\n- ` gone `");
  });

  it("shows what agents wrote in code spans only", () => {
    const markdown = toMarkdownReport(run).replace(/(`+) .*? \1(?!`)/g, "");
    expect(markdown).not.toMatch(/script|everyone|evil|heading|alert/);
  });

  it("stays short, however many cases there are", () => {
    const many = Array.from({ length: 5000 }, (_, at) => caseOf(`case ${at}`, failedTrial));
    const markdown = toMarkdownReport(runOf(...many));
    expect(markdown).toContain("... and 4900 more");
    expect(markdown.length).toBeLessThan(60_000);
  });
});

describe("text in Markdown", () => {
  it.each([
    ["plain", "` plain `"],
    ["", "` `"],
    ["\u200b", "` `"],
    ["a `b` c", "`` a `b` c ``"],
    ["```", "```` ``` ````"],
    ["two\nlines\u001b[31m", "` two lines [31m `"],
    ["\u202edlrow", "`  dlrow `"],
  ])("%j is a code span on one line", (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });

  it("is cut by whole characters", () => {
    expect(codeSpan("😀".repeat(500))).toBe(`\` ${"😀".repeat(300)}… \``);
  });
});
