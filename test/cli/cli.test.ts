import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionDetailSchema, sessionPageSchema } from "../../src/api/contract.ts";
import { version } from "../../src/version.ts";
import { type ApiServer, hello, judge, startApi } from "../api/api-server.ts";
import { built, trajectory, turnJudgements } from "../support/judged-session.ts";
import { emptyFolder, nowhere, runCli } from "./run-cli.ts";

const commands = [
  "serve",
  "validate",
  "print-config",
  "components",
  "sessions",
  "show",
  "label",
  "labels",
  "judges",
  "runs",
  "datasets",
  "queue",
  "replay",
  "judge",
  "eval",
  "doctor",
  "demo",
];

describe("turnwise", () => {
  it("lists its commands and gives examples", async () => {
    const { status, stdout, stderr } = await runCli(["--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    expect(stdout).toContain("Examples:\n  turnwise serve\n");
  });

  it("tells its version", async () => {
    expect(await runCli(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each(commands)("explains %s with an example", async (command) => {
    const { status, stdout } = await runCli([command, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: turnwise ${command}`));
    expect(stdout).toMatch(new RegExp(`^Examples:\\n.*turnwise ${command}`, "m"));
  });

  it.each([
    [["surprise"], "unknown command 'surprise'"],
    [["sessions", "--surprise"], "unknown option '--surprise'"],
    [["sessions", "--score", "5"], "Allowed choices are -1, 0, 1"],
    [["queue", "retry"], "give ids, or --all"],
    [["queue", "drop", "1", "--all"], "give ids, or --all"],
    [["show"], "missing required argument 'id'"],
    [["judge"], "give a file, or --backfill"],
    [["judge", "x.jsonl", "--backfill"], "give a file, or --backfill"],
    [["judge", "x.jsonl", "--agent", "shop"], "--agent is for --backfill"],
    [["judge", "x.jsonl", "--no-wait"], "--no-wait is for --backfill"],
    [["judge", "--backfill", "--out", "y.jsonl"], "--out is for files"],
    [["label", "x", "--score", "2"], "Allowed choices are -1, 0, 1"],
    [["runs", "--status", "done"], "Allowed choices are queued, running"],
    [["runs", "show"], "missing required argument 'id'"],
    [["datasets", "upload"], "missing required argument 'file'"],
    [["replay"], "missing required argument 'files'"],
  ])("called wrongly, %j, says how and ends with status 2", async (args, message) => {
    const { status, stdout, stderr } = await runCli(args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  it("without a command shows the help and ends with status 2", async () => {
    const { status, stderr } = await runCli([]);
    expect(status).toBe(2);
    expect(stderr).toContain("Usage: turnwise");
  });

  it.each([["sessions"], ["show", "x"], ["demo"]])(
    "%s says when no server answers, and what to do",
    async (...args) => {
      const { status, stdout, stderr } = await runCli(args);
      expect([status, stdout]).toEqual([1, ""]);
      expect(stderr).toBe(
        `error [server_unreachable] no server answers at ${nowhere}\nStart one with: turnwise serve; or set TURNWISE_URL to where it runs\n`,
      );
    },
  );

  it("shows where an error comes from only when asked", async () => {
    const { stderr } = await runCli(["sessions"], { TURNWISE_DEBUG: "1" });
    expect(stderr).toMatch(/^ {4}at /m);
  });

  it.each(["ftp://localhost", "localhost:8000", "not a url"])("does not take %s for a server", async (url) => {
    const { status, stderr } = await runCli(["sessions"], { TURNWISE_URL: url });
    expect(status).toBe(1);
    expect(stderr).toContain("error [url_invalid]");
  });
});

describe("the commands that read", () => {
  let api: ApiServer;
  let env: Record<string, string>;
  let id: string;
  beforeAll(async () => {
    api = await startApi();
    env = { TURNWISE_URL: api.url };
    ({ id } = await api.store.createMessageSession({ ...hello, metadata: { tier: "gold" } }));
    const said = { status: "judged", judgement: { value: 0.5 } } as const;
    const measure = { evaluator: "quality", name: "conciseness", version: "1", turn: 1 };
    const metricScores = [{ ...measure, digest: built.turns[0]!.digest, result: said }];
    const judgements = { turns: turnJudgements, trajectory, metricScores };
    await judge(api.store, id, { built: { ...built, source: "messages" }, ...judgements });
    await api.store.createMessageSession(hello);
  });
  afterAll(async () => api.close());

  it("sessions prints a table", async () => {
    const { status, stdout, stderr } = await runCli(["sessions", "--agent", "shop-agent"], env);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^SESSION +LAST ACTIVE +STATUS +TURNS +SCORE +FIRST MESSAGE\n/);
    expect(stdout).toMatch(new RegExp(`^${id} .* completed +2 +-1 +Where is my order 1234\\?$`, "m"));
    expect(stdout.trimEnd().split("\n")).toHaveLength(2);
  });

  it("sessions --json prints the API's answer", async () => {
    const { stdout } = await runCli(["sessions", "--json"], env);
    expect(sessionPageSchema.parse(JSON.parse(stdout)).sessions).toHaveLength(2);
  });

  it.each([
    [["--status", "completed"], 1],
    [["--status", "failed"], 0],
    [["--conversation", "conv-7"], 1],
    [["--user", "user-3"], 1],
    [["--agent", "nobody"], 0],
    [["--model", "gpt-4o-mini"], 1],
    [["--source", "messages"], 2],
    [["--score", "-1"], 1],
    [["--has", "harmful_turn"], 1],
    [["--metadata", "tier=gold"], 1],
    [["--metadata", "tier=gold", "--metadata", "tier=silver"], 0],
    [["--metadata", "tier=gold", "--metadata", "x=y"], 0],
    [["--metric", "quality/conciseness"], 1],
    [["--metric", "quality/conciseness", "--metric-below", "0.6"], 1],
    [["--metric", "quality/conciseness", "--metric-below", "0.5"], 0],
    [["--from", "2000-01-01", "--to", "2001-01-01"], 0],
    [["-q", "blue kettle"], 1],
  ])("sessions %j finds %i", async (args, expected) => {
    const { stdout } = await runCli(["sessions", "--json", ...args], env);
    expect(sessionPageSchema.parse(JSON.parse(stdout)).sessions).toHaveLength(expected);
  });

  it("sessions pages", async () => {
    const first = await runCli(["sessions", "--limit", "1"], env);
    const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1];
    const second = await runCli(["sessions", "--limit", "1", "--cursor", cursor ?? ""], env);
    const idOf = (text: string) => text.split("\n")[1]?.split(" ")[0];
    expect(new Set([idOf(first.stdout), idOf(second.stdout)])).toHaveProperty("size", 2);
    expect(second.stderr).toBe("");
  });

  it("sessions passes on what the API refuses", async () => {
    const { status, stderr } = await runCli(["sessions", "--limit", "0"], env);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error \[invalid_request\] "limit": must be a whole number/);
  });

  it("show prints a session for reading, as plain text into a pipe", async () => {
    const { status, stdout } = await runCli(["show", id], env);
    expect(status).toBe(0);
    expect(stdout).toContain(`Session ${id}  completed`);
    expect(stdout).toContain("  tool    refund");
    expect(stdout).toContain("\nTrajectory  completed · judged by rules (uncalibrated) 1\n  judge   -1 harmful\n");
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("show takes the width from COLUMNS", async () => {
    const { stdout } = await runCli(["show", id], { ...env, COLUMNS: "50" });
    const [title, ...lines] = stdout.split("\n");
    expect(title).toContain(id);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(50);
  });

  it("show --json prints the API's answer, and nothing in it acts on a terminal", async () => {
    const { stdout } = await runCli(["show", id, "--json"], env);
    const detail = sessionDetailSchema.parse(JSON.parse(stdout));
    expect(detail.turns[1]?.user_content).toBe(built.turns[1]?.userContent);
    // oxlint-disable-next-line no-control-regex -- finding control characters is the purpose
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("show says when there is no such session", async () => {
    const { status, stdout, stderr } = await runCli(["show", "0123"], env);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      "error [not_found] there is no session with this id\nList what there is with: turnwise sessions\n",
    );
  });

  it("tells a server that is none of ours", async () => {
    const { status, stderr } = await runCli(["sessions"], { TURNWISE_URL: `${api.url}/elsewhere` });
    expect(status).toBe(1);
    expect(stderr).toContain("error [not_found]");
  });
});

describe("validate", () => {
  it("finds the configuration that comes with the package valid", async () => {
    const { status, stdout } = await runCli(["validate"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/otel-config\.yaml is valid\n$/);
  });

  it("shows everything that is wrong, with its place", async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, "bad.yaml"), "receivers: { otlp: { surprise: 1 } }\nservice: { pipelines: {} }\n");
    const { status, stderr } = await runCli(["validate", "--config", "bad.yaml"], {}, folder);
    expect(status).toBe(1);
    expect(stderr).toContain("error [config_invalid]");
    expect(stderr).toContain("receivers::otlp");
    const asJson = await runCli(["validate", "--config", "bad.yaml", "--json"], {}, folder);
    expect(asJson.status).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({ valid: false });
  });

  it("says when there is no such file", async () => {
    const { status, stderr } = await runCli(["validate", "--config", "nowhere.yaml"]);
    expect(status).toBe(1);
    expect(stderr).toContain("cannot read nowhere.yaml");
  });
});

describe("components", () => {
  it("lists every kind", async () => {
    const { status, stdout } = await runCli(["components"]);
    expect(status).toBe(0);
    for (const kind of ["receivers", "processors", "exporters", "extensions", "stores", "judges", "evaluators"]) {
      expect(stdout).toMatch(new RegExp(`^${kind}$`, "m"));
    }
    expect(stdout).toMatch(/^ {2}rules +\S/m);
  });

  it("lists them as JSON", async () => {
    const { stdout } = await runCli(["components", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      stores: [{ type: "sqlite" }],
      judges: [{ type: "rules" }, { type: "llm" }],
    });
  });
});
