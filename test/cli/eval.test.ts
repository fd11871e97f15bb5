import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hostileText } from "../evaluation/cases/scripted-run.ts";
import { emptyFolder, runCli, startCli } from "./run-cli.ts";

const example = fileURLToPath(new URL("../../examples/evaluation", import.meta.url));

/** A folder with the example in it. */
function exampleFolder(): string {
  const folder = emptyFolder();
  cpSync(example, folder, { recursive: true });
  return folder;
}

/** A folder with a case file in it whose agent is this module. */
function folderWith(agent: string, cases: string): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, "agent.mjs"), agent);
  writeFileSync(join(folder, "cases.yaml"), `agent: { module: agent.mjs }\n${cases}`);
  return folder;
}

const read = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8");

describe("the example of an agent evaluated in CI", () => {
  it("passes its cases and writes its reports", async () => {
    const folder = exampleFolder();
    const reports = ["--json", "run.json", "--junit", "junit.xml", "--markdown", "summary.md", "--html", "run.html"];
    const args = ["eval", "cases.yaml", ...reports];
    const { status, stdout, stderr } = await runCli(args, {}, folder);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^4 of 4 cases passed, score [\d.]+, \d+/);
    expect(JSON.parse(read(folder, "run.json"))).toMatchObject({
      name: "shop agent",
      totals: { cases: 4, passed: 4 },
      cases: [{ id: "order status", trials: [{ turns: [{ tool_calls: [{ name: "get_order" }] }] }] }, {}, {}, {}],
    });
    expect(read(folder, "junit.xml")).toContain('tests="4" failures="0" errors="0"');
    expect(read(folder, "summary.md")).toContain("4 of 4 cases passed");
    expect(read(folder, "run.html")).toContain("<title>shop agent</title>");
  });

  it("is stopped by a guard before the step that is too much", async () => {
    const folder = exampleFolder();
    const { status, stdout } = await runCli(
      ["eval", "cases.yaml", "--json", "run.json"],
      { AGENT_BUG: "stuck" },
      folder,
    );
    expect(status).toBe(1);
    expect(stdout).toContain("stopped  order status");
    expect(stdout).toMatch(/stopped by the guard loop_detected: get_order/);
    expect(JSON.parse(read(folder, "run.json"))).toMatchObject({
      cases: [
        { passed: false, trials: [{ status: "stopped", score: null, stopped_by_guard: { guard: "loop_detected" } }] },
        {},
        {},
        {},
      ],
    });
  });

  it("is held to its baseline: what got worse fails, case by case, and nothing else does", async () => {
    const folder = exampleFolder();
    await runCli(["eval", "cases.yaml", "--json", "main.json"], {}, folder);
    const same = await runCli(["eval", "cases.yaml", "--baseline", "main.json"], {}, folder);
    expect(same.status).toBe(0);
    expect(same.stdout).toContain("No worse than the baseline: 0 regressions, 0 improvements");

    const compared = [
      "eval",
      "cases.yaml",
      "--baseline",
      "main.json",
      "--json",
      "worse.json",
      "--markdown",
      "summary.md",
    ];
    const worse = await runCli(compared, { AGENT_BUG: "forgetful" }, folder);
    expect(worse.status).toBe(1);
    expect(worse.stdout).toContain("regressed  order status");
    expect(worse.stdout).toContain("Worse than the baseline: 3 regressions");
    expect(JSON.parse(read(folder, "worse.json"))).toMatchObject({
      comparison: { is_worse: true, regressions: [{ id: "order status" }, { id: "unknown order" }, {}] },
    });
    expect(read(folder, "summary.md")).toContain("### Regressions\n\n- ` order status `: passed");

    const knownBad = ["eval", "cases.yaml", "--baseline", "worse.json"];
    expect((await runCli(knownBad, { AGENT_BUG: "forgetful" }, folder)).status).toBe(0);
  });
});

describe("turnwise eval", () => {
  it("goes on past agents that crash, hang, and answer with garbage, and tries again as told", async () => {
    const agent = `import { existsSync, writeFileSync } from "node:fs"; export default async ({ case_id: id }) => {
      const isFirst = !existsSync("asked");
      writeFileSync("asked", "");
      if (id === "crashes") process.exit(3);
      if (id === "hangs") for (;;);
      if (id === "garbage") return { no: "output" };
      if (id === "flaky" && isFirst) throw new Error("busy");
      return "fine"; }`;
    const ids = ["flaky", "crashes", "hangs", "garbage", "fine"];
    const cases = `run: { concurrency: 1, timeout: 1s, retries: 1 }\ncases:\n${ids.map((id) => `  - { id: ${id}, input: hi }`).join("\n")}`;
    const folder = folderWith(agent, cases);
    const { status } = await runCli(["eval", "cases.yaml", "--json", "run.json", "--junit", "junit.xml"], {}, folder);
    expect(status).toBe(1);
    const report = JSON.parse(read(folder, "run.json")) as { cases: { trials: unknown[] }[] };
    expect(report.cases.map(({ trials }) => trials[0])).toMatchObject([
      { status: "passed", attempts: 2 },
      { status: "error", error: { code: "crashed" } },
      { status: "error", error: { code: "timed_out" } },
      { status: "error", error: { code: "bad_answer" } },
      { status: "passed", attempts: 1 },
    ]);
    expect(read(folder, "junit.xml")).toContain('tests="5" failures="0" errors="3"');
  });

  it("shows what an agent wrote without its control characters", async () => {
    const agent = `export default () => { throw new Error(${JSON.stringify(hostileText)}); }`;
    const folder = folderWith(agent, "cases: [{ id: a, input: hi }]");
    const { stdout } = await runCli(["eval", "cases.yaml", "--junit", "j.xml", "--markdown", "m.md"], {}, folder);
    expect(stdout).toContain("crashed: Error: </failure><script>alert(1)</script>");
    // oxlint-disable-next-line no-control-regex -- looking for them is the purpose
    expect(stdout + read(folder, "j.xml") + read(folder, "m.md")).not.toMatch(/[\u0000-\u0008\u001b]/);
    expect(read(folder, "j.xml")).not.toContain("<script>");
  });

  it("asks a program, in the case file's folder, with the variables that the file names", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "agent.cjs"), "console.log(JSON.stringify({ output: process.env.GREETING }))");
    writeFileSync(
      join(folder, "cases.yaml"),
      'agent: { command: [node, agent.cjs], env: { GREETING: "${env:WORD}" } }\ncases: [{ id: a, input: hi, expected_output: servus }]',
    );
    const { status } = await runCli(["eval", join(folder, "cases.yaml")], { WORD: "servus" });
    expect(status).toBe(0);
  });

  it("runs the cases, trials and retries that the command line says instead", async () => {
    const folder = folderWith('export default () => "fine"', "cases: [{ id: a, input: x }, { id: b, input: x }]");
    const args = ["eval", "cases.yaml", "--only", "b", "--trials", "3", "--json", "run.json"];
    expect((await runCli(args, {}, folder)).status).toBe(0);
    expect(JSON.parse(read(folder, "run.json"))).toMatchObject({ cases: [{ id: "b", trials: [{}, {}, {}] }] });
  });

  it("compares the cases that it ran, and misses no others", async () => {
    const folder = folderWith('export default () => "fine"', "cases: [{ id: a, input: x }, { id: b, input: x }]");
    await runCli(["eval", "cases.yaml", "--json", "main.json"], {}, folder);
    const { stdout } = await runCli(["eval", "cases.yaml", "--only", "b", "--baseline", "main.json"], {}, folder);
    expect(stdout).not.toContain("no longer there");
  });

  it("ends its agents and writes nothing when it is interrupted", async () => {
    const agent =
      'import { writeFileSync } from "node:fs"; export default () => { writeFileSync("asked", ""); for (;;); }';
    const folder = folderWith(agent, "cases: [{ id: a, input: x }]");
    const child = startCli(["eval", "cases.yaml", "--json", "run.json"], {}, folder);
    let errors = "";
    child.stderr?.on("data", (data: Buffer) => (errors += data.toString()));
    const ended = new Promise((done) => child.on("close", done));
    await expect.poll(() => existsSync(join(folder, "asked")), { timeout: 10_000 }).toBe(true);
    child.kill("SIGINT");
    const status = await ended;
    expect(status).toBe(1);
    expect(errors).toContain("error [cancelled]");
    expect(existsSync(join(folder, "run.json"))).toBe(false);
  });

  it("goes on where a run was killed, and asks nothing twice that it knows", async () => {
    const agent = `import { appendFileSync } from "node:fs"; export default ({ case_id: id }) => {
      appendFileSync("asked", id);
      if (id === "c" && !process.env.LATER) for (;;);
      return "fine"; }`;
    const cases = ["a", "b", "c"].map((id) => `{ id: ${id}, input: x }`).join(", ");
    const folder = folderWith(agent, `run: { concurrency: 1 }\ncases: [${cases}]`);
    const args = ["eval", "cases.yaml", "--resume", "trials.jsonl", "--json", "run.json"];
    const child = startCli(args, {}, folder);
    const ended = new Promise((done) => child.on("close", done));
    const asked = () => (existsSync(join(folder, "asked")) ? read(folder, "asked") : "");
    await expect.poll(asked, { timeout: 10_000 }).toBe("abc");
    child.kill("SIGKILL");
    await ended;
    await runCli(["eval", "cases.yaml", "--resume", "trials.jsonl", "--only", "a"], {}, folder);
    const { status, stderr } = await runCli(args, { LATER: "yes" }, folder);
    expect([status, stderr]).toEqual([0, "2 trials of an earlier run found\n"]);
    expect(asked()).toBe("abcc");
    expect(JSON.parse(read(folder, "run.json"))).toMatchObject({ totals: { cases: 3, passed: 3 } });
    expect(existsSync(join(folder, "trials.jsonl"))).toBe(false);
  });

  it.each<[string, readonly string[], string]>([
    ["a journal that is none", ["cases.yaml", "--resume", "cases.yaml"], "journal_unusable"],
    ["a case file that is not there", ["nowhere.yaml"], "file_unreadable"],
    ["a case file that is wrong", ["wrong.yaml"], "cases_invalid"],
    ["a case that is not there", ["cases.yaml", "--only", "z"], "case_unknown"],
    ["a module that is not there", ["lost.yaml"], "agent_unloadable"],
    ["a rubric without a judge", ["rubric.yaml"], "cases_invalid"],
    ["a baseline that is not there", ["cases.yaml", "--baseline", "nowhere.json"], "baseline_unreadable"],
    ["a baseline that is none", ["cases.yaml", "--baseline", "cases.yaml"], "baseline_unreadable"],
    ["a report in no folder", ["cases.yaml", "--json", "no/such/run.json"], "file_unwritable"],
    [
      "a report in the baseline's place",
      ["cases.yaml", "--json", "main.json", "--baseline", "./main.json"],
      "file_unwritable",
    ],
  ])("refuses %s, before it asks the agent", async (_what, args, code) => {
    const agent =
      'import { writeFileSync } from "node:fs"; export default () => { writeFileSync("asked", ""); return "x"; }';
    const folder = folderWith(agent, "cases: [{ id: a, input: x }]");
    writeFileSync(join(folder, "wrong.yaml"), "agent: { module: agent.mjs }\ncases: [{ id: a }]");
    writeFileSync(join(folder, "lost.yaml"), "agent: { module: lost.mjs }\ncases: [{ id: a, input: x }]");
    writeFileSync(
      join(folder, "rubric.yaml"),
      "agent: { module: agent.mjs }\ncases: [{ id: a, input: x, validators: [{ type: rubric, rubric: is kind }] }]",
    );
    writeFileSync(join(folder, "main.json"), '{"turnwise_report": 1, "cases": []}');
    const { status, stdout, stderr } = await runCli(["eval", ...args], {}, folder);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(`error [${code}]`);
    expect(existsSync(join(folder, "asked"))).toBe(false);
  });

  it.each([
    [["eval"], "missing required argument 'file'"],
    [["eval", "c.yaml", "--trials", "0"], "Expected a whole number from 1"],
    [["eval", "c.yaml", "--max-drop", "5"], "Expected a number from 0 to 1"],
  ])("called wrongly, %j, says how and ends with status 2", async (args, message) => {
    const { status, stderr } = await runCli(args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
