/** `turnwise runs` and `turnwise datasets` against a real server's API, which scores what is sent. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { datasetPageSchema, datasetSchema } from "../../src/api/dataset-contract.ts";
import { runPageSchema, runSchema } from "../../src/api/evaluation-contract.ts";
import { type EvaluationApi, startEvaluationApi } from "../api/evaluation-api.ts";
import { emptyFolder, runCli } from "./run-cli.ts";

const MAX_ITEMS = 20;
const escape = "\u001b[2J";

let api: EvaluationApi;
/** Two of them, the newer one of nothing that is wrong. */
let failing: string;
beforeAll(async () => {
  api = await startEvaluationApi({ limits: { maxDatasetItems: MAX_ITEMS } });
  const evaluate = async (name: string, output: string): Promise<string> => {
    const dataset = [
      { id: `sky ${escape}`, input: `What colour\nis the sky? ${escape}`, output, expected: "blue" },
      { id: "two", input: "1 + 1?", output: "2", expected: "2" },
    ];
    const run = { project_name: "support", run_name: name, metrics: ["contains"], dataset };
    return (await api.post("/v2/evaluate", run, runSchema)).run_id;
  };
  failing = await evaluate(`first ${escape}`, `green ${escape}`);
  await evaluate("second", "blue");
});
afterAll(async () => api.close());

const run = async (...args: readonly string[]) => runCli(args, { TURNWISE_URL: api.url });
const folder = emptyFolder();
function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

describe("turnwise runs", () => {
  it("lists them, newest first, page by page", async () => {
    const { status, stdout, stderr } = await run("runs", "--limit", "1");
    expect([status, stderr]).toEqual([0, "More: add --page 2\n"]);
    const [titles, row, end] = stdout.split("\n");
    expect(titles).toMatch(/^RUN +CREATED +STATUS +ITEMS +SCORE +PROJECT \/ NAME$/);
    expect(row).toMatch(/^[0-9a-f]{32} {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}completed +2 +1\.00 A +support \/ second$/);
    expect(end).toBe("");
    const second = await run("runs", "list", "--limit", "1", "--page", "2", "--project", "support");
    expect([second.stderr, second.stdout]).toEqual(["", expect.stringContaining(" support / first ")]);
    expect(second.stdout).not.toContain(escape);
  });

  it("prints the API's answer", async () => {
    const { stdout } = await run("runs", "--json", "--status", "completed");
    expect(runPageSchema.parse(JSON.parse(stdout)).runs.map(({ name }) => name)).toEqual(["second", `first ${escape}`]);
    const { stdout: one } = await run("runs", "show", failing, "--json");
    expect(runSchema.parse(JSON.parse(one))).toMatchObject({ run_id: failing, overall_score: 0.5 });
  });

  it("shows one with its metrics and worst items, and what was sent cannot act on the terminal", async () => {
    const { status, stdout } = await run("runs", "show", failing);
    expect(status).toBe(0);
    expect(stdout).not.toContain(escape);
    expect(stdout).toMatch(/^support \/ first \\x1b\[2J\n/);
    expect(stdout).toMatch(/\nitems +2 items\nscore +0\.50 F, threshold 0\.70\n/);
    expect(stdout).toMatch(/\nMETRIC +SCORE +WEIGHT +SCORED +BELOW THRESHOLD\ncontains +0\.50 +1 +2 +1\n/);
    expect(stdout).toMatch(
      /\n1 item below the threshold\n {2}0\.00 {2}sky \\x1b\[2J\n {2}input +What colour is the sky\? \\x1b\[2J\n {2}output +green/,
    );
  });

  it("says what to do about an id that is none", async () => {
    const { status, stderr } = await run("runs", "show", "nowhere");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error \[not_found\] .*\nList what there is with: turnwise runs\n$/);
  });
});

describe("turnwise datasets", () => {
  it("uploads a file of items, and prints the id alone", async () => {
    const file = write("answers v1.jsonl", '{"input": "a", "output": "b"}\n{"input": "c", "output": "d"}\n');
    const { status, stdout, stderr } = await run("datasets", "upload", file);
    expect([status, stderr]).toEqual([0, "answers v1: 2 items\n"]);
    expect(stdout).toMatch(/^[0-9a-f]{32}\n$/);
    const csv = await run("datasets", "upload", write("a.csv", "input,output\na,b\n"), "--name", "tabled", "--json");
    expect(datasetSchema.parse(JSON.parse(csv.stdout))).toMatchObject({ name: "tabled", total_items: 1 });
    const { datasets } = datasetPageSchema.parse(JSON.parse((await run("datasets", "--json")).stdout));
    expect(datasets.map(({ name }) => name)).toEqual(["tabled", "answers v1"]);
    expect((await run("datasets")).stdout).toMatch(
      /^DATASET +CREATED +ITEMS +SIZE +NAME\n\w{32} .* 1 +\d+ bytes +tabled\n/,
    );
  });

  it("names every line that is wrong, and takes nothing of such a file", async () => {
    const file = write("wrong.jsonl", '{"input": "a", "output": "b"}\n{"input": 1, "output": "d"}\n{"output": "d"}\n');
    const { status, stdout, stderr } = await run("datasets", "upload", file);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^error \[dataset_invalid\] line 2, "input": [^\n]+\nline 3, "input": [^\n]+\nNothing was taken: correct the file\n$/,
    );
    expect((await run("datasets", "list", "--json")).stdout).not.toContain("wrong");
  });

  it.each([
    ["answers.txt", "x", /^error \[format_unknown\] .*answers\.txt does not say what it is\nName it \.jsonl/],
    ["missing.jsonl", undefined, /^error \[file_unreadable\] .*missing\.jsonl cannot be read/],
  ])("says of %s why it is not sent", async (name, content, message) => {
    const file = content === undefined ? join(folder, name) : write(name, content);
    const { status, stderr } = await run("datasets", "upload", file);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
  });
});
