/** `turnwise label`, `turnwise labels` and `turnwise judges` against a real server's API. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { judgesSchema, labelSchema, labelsSchema } from "../../src/api/label-contract.ts";
import { type ApiServer, hello, judge, startApi } from "../api/api-server.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { emptyFolder, runCli } from "./run-cli.ts";

let api: ApiServer;
/** Two judged sessions. */
let id: string;
let other: string;
beforeAll(async () => {
  api = await startApi({
    judges: [
      { name: "rules", version: "1" },
      { name: "llm", version: "7", model: "gpt-\u001b[31m5", off: "no API key" },
    ],
    evaluators: [
      {
        name: "quality",
        version: "8",
        measures: [
          { name: "fluency", of: "turn", version: "1", asks: "llm" },
          { name: "no\u001b[2J refund", of: "session", version: "1" },
        ],
      },
    ],
  });
  for (const set of [(made: string) => (id = made), (made: string) => (other = made)]) {
    const created = await api.store.createMessageSession(hello);
    await judge(api.store, created.id, { built, turns: turnJudgements, trajectory });
    set(created.id);
  }
});
afterAll(async () => api.close());

const run = async (...args: readonly string[]) => runCli(args, { TURNWISE_URL: api.url });
const folder = emptyFolder();
const write = (lines: readonly unknown[], name = "labels.jsonl"): string => {
  const path = join(folder, name);
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
  writeFileSync(path, name.endsWith(".gz") ? gzipSync(text) : text);
  return path;
};

describe("turnwise label", () => {
  it("says what a turn, a tool call and the whole are worth", async () => {
    const { status, stdout } = await run(
      "label",
      id,
      "--turn",
      "2",
      "--score",
      "-1",
      "--note",
      "no\u001b[2J such refund",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^TARGET +SCORE +LABELLER +WHEN +STATE +NOTE\nturn 2 +-1 +local +\d{4}-\d\d-\d\d \d\d:\d\d +no\\x1b\[2J such refund\n$/,
    );
    const call = await run(
      "label",
      id,
      "--turn",
      "2",
      "--tool-call",
      "1",
      "--score",
      "-1",
      "--labeller",
      "ann",
      "--json",
    );
    expect(labelSchema.parse(JSON.parse(call.stdout))).toMatchObject({ target: "tool_call", labeller: "ann" });
    expect((await run("label", id, "--score", "0")).stdout).toMatch(/\ntrajectory +0 +local/);
    await run("label", id, "--turn", "1", "--dimension", "safety", "--score", "1");
  });

  it("shows the labels of a session, and takes one back", async () => {
    expect((await run("label", id)).stdout.match(/^(?:turn|trajectory)[^-+0]*/gm)?.map((cell) => cell.trim())).toEqual([
      "turn 1 safety",
      "turn 2",
      "turn 2, tool call 1",
      "trajectory",
    ]);
    expect((await run("label", id, "--turn", "1", "--dimension", "safety", "--remove")).stdout).toBe(
      "the label is taken back\n",
    );
    expect(labelsSchema.parse(JSON.parse((await run("label", id, "--json")).stdout)).labels).toHaveLength(3);
    expect((await run("label", other)).stdout).toBe("No labels.\n");
  });

  it("says what is wrong with one", async () => {
    const { status, stderr } = await run("label", id, "--turn", "9", "--score", "1");
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error \[invalid_request\] "turn": the session has 2 turns/),
    ]);
    expect((await run("label", "f".repeat(32), "--score", "1")).stderr).toMatch(
      /^error \[not_found\].*\n.*turnwise sessions/,
    );
  });
});

describe("turnwise labels", () => {
  const line = (fields: object = {}) => ({ session_id: other, target: "turn", turn: 1, score: 1, ...fields });

  it.each(["labels.jsonl", "labels.jsonl.gz"])("imports %s, and importing it again changes nothing", async (name) => {
    const file = write([line({ labeller: "ann" }), "", line({ labeller: "bob", note: "so so", score: 0 })], name);
    expect(await run("labels", "import", file)).toEqual({ status: 0, stdout: "2 labels imported\n", stderr: "" });
    const before = (await run("labels", "export")).stdout;
    expect(JSON.parse((await run("labels", "import", file, "--json")).stdout)).toEqual({ imported: 2 });
    expect((await run("labels", "export")).stdout).toBe(before);
  });

  it("exports what it imports", async () => {
    const { stdout } = await run("labels", "export");
    expect(stdout.trimEnd().split("\n").length).toBeGreaterThan(4);
    const file = write([stdout.trimEnd()], "again.jsonl");
    expect((await run("labels", "import", file)).status).toBe(0);
    expect((await run("labels", "export")).stdout).toBe(stdout);
    expect(readFileSync(file, "utf8")).toContain('"labeller":"bob"');
  });

  it("imports a file that begins with a byte order mark", async () => {
    const file = write([`\ufeff${JSON.stringify({ session_id: id, target: "trajectory", score: 1 })}`], "marked.jsonl");
    expect(await run("labels", "import", file)).toMatchObject({ status: 0, stdout: "1 label imported\n", stderr: "" });
  });

  it("names the lines that are wrong and why, and imports none of them", async () => {
    const before = (await run("labels", "export")).stdout;
    const wrong: readonly (readonly [readonly unknown[], RegExp])[] = [
      [
        [line({ labeller: "eve" }), "", "{", "[]"],
        /^error \[labels_invalid\] line 3: no JSON object\nline 4: no JSON object\n/,
      ],
      [[line({ labeller: "eve" }), "", line({ score: 3 })], /^error \[labels_invalid\] line 3, "score": /],
      [[line({ labeller: "eve" }), line({ wieght: 3 })], /^error \[labels_invalid\] unknown field line 2, "wieght"/],
      [
        [line({ labeller: "eve" }), "", line({ session_id: "x" }), line({ turn: 7 })],
        /line 3, "session_id": there is no session with this id; line 4, "turn": the session has 2 turns/,
      ],
    ];
    for (const [lines, expected] of wrong) {
      const { status, stdout, stderr } = await run("labels", "import", write(lines));
      expect([status, stdout, stderr]).toEqual([1, "", expect.stringMatching(expected)]);
      expect(stderr).toContain("Nothing was imported");
    }
    expect((await run("labels", "export")).stdout).toBe(before);
  });

  it("says which files it cannot take", async () => {
    const missing = await run("labels", "import", join(folder, "nothing.jsonl"));
    expect([missing.status, missing.stderr]).toEqual([1, expect.stringMatching(/^error \[file_unreadable\]/)]);
    const large = write(Array.from({ length: 5001 }, () => line()));
    expect((await run("labels", "import", large)).stderr).toMatch(/^error \[file_too_large\].*more than 5000 labels/);
  });
});

describe("turnwise judges", () => {
  it("shows who judges and how far people agree", async () => {
    const { status, stdout } = await run("judges");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^rules {2}1\n {2}state +judges\n {2}people +uncalibrated: compared with 1 of the 30 labels that this takes\n/,
    );
    expect(stdout).toMatch(/\n {2}TARGET +N +AGREEMENT +KAPPA/);
    expect(stdout).toMatch(/\n {2}turn \(too few\) +1 +100 % +- /);
    expect(stdout).toMatch(/\n {2}tool call \(too few\) +1 +100 %/);
    expect(stdout).toMatch(
      /\nllm {2}7 with gpt-\\x1b\[31m5\n {2}state +off: no API key\n {2}people +uncalibrated: compared with 0/,
    );
    expect(stdout).toContain(
      "\nquality  8\n  state         scores\n  measures      fluency (turn, asks llm), no\\x1b[2J refund (session)\n",
    );
    expect(stdout).toMatch(/\nPeople among each other\n[^\n]*\n {2}turn \(too few\) +1 +0 %/);
  });

  it("prints the API's answer as JSON", async () => {
    const { stdout } = await run("judges", "--json");
    expect(judgesSchema.parse(JSON.parse(stdout)).judges.map(({ name }) => name)).toEqual(["rules", "llm"]);
  });

  it("marks in `turnwise show` who judged and is not calibrated, however many people labelled the one session", async () => {
    expect((await run("show", id)).stdout).toContain("judged by rules (uncalibrated) 1");
    await api.store.labels.put(
      "default",
      Array.from({ length: 29 }, (_, at) => ({ sessionId: id, labeller: `labeller ${at}`, score: -1 as const })),
    );
    expect((await run("show", id)).stdout).toContain("judged by rules (uncalibrated) 1");
  });
});
