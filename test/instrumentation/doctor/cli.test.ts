import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "../../../instrumentation/src/doctor/finding.ts";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { type AppResult, runApp } from "../run-app.ts";
import { runWithModel } from "../run-with-model.ts";
import { type Collector, startCollector } from "../start-collector.ts";

const installed = fileURLToPath(new URL("../../../node_modules/", import.meta.url));
const bin = "node_modules/@turnwise/instrumentation/dist/doctor/cli.js";
let server: TestServer;
let collector: Collector;
let project: string;

beforeAll(async () => {
  [server, collector] = await Promise.all([startTestServer(), startCollector()]);
});
afterAll(async () => {
  await Promise.all([server.stop(), collector.close()]);
});
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "turnwise-doctor-"));
  link("@turnwise/instrumentation");
});
afterEach(() => {
  rmSync(project, { recursive: true });
});

function link(name: string): void {
  const path = join(project, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(installed, name), path);
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), content);
}

/** The environment of an application whose spans go to the server. */
const healthy = (): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpUrl,
  TURNWISE_URL: server.apiUrl,
});

const doctor = async (env: Readonly<Record<string, string>>, ...args: string[]): Promise<AppResult> =>
  runApp(join(project, bin), { cwd: project, env, args: args.length === 0 ? ["doctor"] : args });

describe("when all is well", () => {
  it("says so, hop by hop, and leaves no session behind", async () => {
    link("openai");
    const { code, stdout, stderr } = await doctor(healthy());
    expect(stdout.split("\n")).toEqual([
      expect.stringMatching(/^ok {5}environment +@turnwise\/instrumentation \S+, Node v\S+, to \S+\/v1\/traces$/),
      expect.stringMatching(/^ok {5}openai 6\.49\.0 +recorded$/),
      expect.stringMatching(/^ok {5}delivery +\S+\/v1\/traces took a span in \d+ ms$/),
      `ok     session                        ${server.apiUrl} gave the span back`,
      "",
    ]);
    expect({ code, stderr, sessions: await server.sessions() }).toEqual({ code: 0, stderr: "", sessions: [] });
  });

  it("says the same as JSON", async () => {
    link("openai");
    const { code, stdout } = await doctor(healthy(), "doctor", "--json");
    const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: readonly Finding[] };
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(findings.map(({ name, patch }) => patch ?? name)).toEqual([
      "environment",
      { library: "openai", version: "6.49.0", status: "patched" },
      "delivery",
      "session",
    ]);
  });
});

const oldOpenai = (): void => {
  write("node_modules/openai/package.json", '{"name":"openai","version":"3.3.0","main":"index.js"}');
  write("node_modules/openai/index.js", "module.exports = class OldClient {};");
};
const strangeOpenai = (): void => {
  write("node_modules/openai/package.json", '{"name":"openai","version":"6.0.0","main":"index.js"}');
  write("node_modules/openai/index.js", "module.exports = class Strange {};");
};

interface Problem {
  readonly problem: string;
  readonly project?: () => void;
  readonly env?: () => Readonly<Record<string, string>>;
  readonly found: RegExp;
  readonly remedy: RegExp;
  /** How many findings there are, all in all. */
  readonly findings: number;
}

describe("when something is not well", () => {
  it.each<Problem>([
    {
      problem: "nothing to record",
      project: () => undefined,
      found: /libraries +none that could be recorded/,
      remedy: /openai, @anthropic-ai\/sdk/,
      findings: 4,
    },
    {
      problem: "a version we do not know",
      project: oldOpenai,
      found: /openai 3\.3\.0 +not recorded: this version is not supported/,
      remedy: /Install openai 4, 5, 6, 7/,
      findings: 4,
    },
    {
      problem: "a library that is not what it was",
      project: strangeOpenai,
      found: /openai 6\.0\.0 +not recorded: its classes do not look as expected/,
      remedy: /report this/,
      findings: 4,
    },
    {
      problem: "a library that the environment leaves alone",
      env: () => ({ OTEL_NODE_DISABLED_INSTRUMENTATIONS: "openai" }),
      found: /libraries +none that could be recorded is installed or enabled/,
      remedy: /openai/,
      findings: 4,
    },
    {
      problem: "recording that is switched off",
      env: () => ({ OTEL_SDK_DISABLED: "true" }),
      found: /environment +OTEL_SDK_DISABLED/,
      remedy: /Unset/,
      findings: 1,
    },
    {
      problem: "an endpoint that is none",
      env: () => ({ TURNWISE_OTLP_ENDPOINT: "nonsense" }),
      found: /environment +not an http URL: nonsense/,
      remedy: /TURNWISE_OTLP_ENDPOINT/,
      findings: 1,
    },
    {
      problem: "a sampler that leaves spans out",
      env: () => ({ OTEL_TRACES_SAMPLER: "always_off" }),
      found: /delivery +OTEL_TRACES_SAMPLER leaves spans out/,
      remedy: /Unset/,
      findings: 3,
    },
    {
      problem: "a server that is down",
      env: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }),
      found: /delivery +\S+ took no span: connect ECONNREFUSED/,
      remedy: /turnwise serve/,
      findings: 3,
    },
    {
      problem: "an endpoint that is something else",
      env: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: server.apiUrl }),
      found: /delivery +\S+ took no span: HTTP 404/,
      remedy: /OTLP\/HTTP receiver/,
      findings: 3,
    },
    {
      problem: "an API that is not there",
      env: () => ({ TURNWISE_URL: "http://127.0.0.1:9" }),
      found: /session +no Turnwise answers at http:\/\/127\.0\.0\.1:9/,
      remedy: /TURNWISE_URL/,
      findings: 4,
    },
    {
      problem: "an API of another server",
      env: () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
      found: /session +the span was taken, but \S+ does not know its session/,
      remedy: /the same server/,
      findings: 4,
    },
  ])("finds $problem", async ({ project = () => link("openai"), env = () => ({}), found, remedy, findings }) => {
    project();
    const { code, stdout, stderr } = await doctor({ ...healthy(), ...env() });
    const lines = stdout.trimEnd().split("\n");
    const failed = lines.findIndex((line) => line.startsWith("FAILED"));
    expect(lines[failed]).toMatch(found);
    expect(lines[failed + 1]).toMatch(remedy);
    expect({ code, stderr, findings: lines.length - 1 }).toEqual({ code: 1, stderr: "", findings });
  });

  it("finds a key that may not send", async () => {
    const refusing = await startCollector(() => ({ status: 401 }));
    link("openai");
    const { code, stdout } = await doctor({ OTEL_EXPORTER_OTLP_ENDPOINT: refusing.url });
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(/took no span: HTTP 401\n +Set OTEL_EXPORTER_OTLP_HEADERS=/) as string,
    });
    await refusing.close();
  });
});

describe("the command line", () => {
  it.each([
    { args: ["--help"], code: 0, out: /^Usage: npx @turnwise\/instrumentation doctor/, error: /^$/ },
    { args: ["--version"], code: 0, out: /^\d+\.\d+\.\d+\n$/, error: /^$/ },
    { args: ["operate"], code: 2, out: /^$/, error: /^there is one command: doctor\n\nUsage:/ },
    { args: ["doctor", "--jsn"], code: 2, out: /^$/, error: /^Unknown option '--jsn'/ },
  ])("$args", async ({ args, code, out, error }) => {
    const result = await doctor({}, ...args);
    expect(result.code).toBe(code);
    expect(result.stdout).toMatch(out);
    expect(result.stderr).toMatch(error);
  });
});

describe("TURNWISE_DOCTOR=1", () => {
  const app = `const { tool } = await import("@turnwise/instrumentation");
    console.log(await tool("add", async (a, b) => a + b)(1, 2));`;

  it.each([
    { way: "register", name: "app.mjs", source: `import "@turnwise/instrumentation/register"; ${app}` },
    {
      way: "require",
      name: "app.cjs",
      source: `require("@turnwise/instrumentation/register"); (async () => { ${app} })();`,
    },
    {
      way: "instrument",
      name: "app.mjs",
      source: `import { instrument } from "@turnwise/instrumentation"; await instrument(); ${app}`,
    },
  ])("reports from inside the application, which goes on as ever ($way)", async ({ name, source }) => {
    link("openai");
    write(name, source);
    const run = async (env: Record<string, string>): Promise<AppResult> =>
      runWithModel(join(project, name), { cwd: project, env: { ...healthy(), ...env } });
    const { code, stdout, stderr } = await run({ TURNWISE_DOCTOR: "1" });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "3\n" });
    expect(stderr.replace(/^turnwise: .*\n/, "").match(/^turnwise doctor: ok {5}\S+/gm)).toEqual(
      ["environment", "openai", "delivery", "session"].map((finding) => `turnwise doctor: ok     ${finding}`),
    );
    expect((await run({})).stderr).not.toContain("doctor");
  });
});
