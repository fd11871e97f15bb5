import type { ChildProcess } from "node:child_process";
import { createServer } from "node:http";
import { createConnection } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { sessionDetailSchema, sessionPageSchema } from "../../src/api/contract.ts";
import { listen } from "../../src/component/listen.ts";
import { readEvents } from "../api/event-reader.ts";
import { type Env, emptyFolder, nowhere, runCli, startCli } from "./run-cli.ts";

const anyPort = {
  TURNWISE_HOST: "127.0.0.1",
  TURNWISE_PORT: "0",
  TURNWISE_OTLP_HTTP_PORT: "0",
  TURNWISE_OTLP_GRPC_PORT: "0",
  TURNWISE_HEALTH_PORT: "0",
  TURNWISE_METRICS_PORT: "0",
};

const welcomeSchema = z.strictObject({
  version: z.string(),
  otlp_url: z.string(),
  otlp_grpc_url: z.string().startsWith("grpc://127.0.0.1:"),
  api_url: z.string(),
  health_url: z.string(),
  metrics_url: z.string(),
  data: z.string(),
  judges: z.array(z.strictObject({ name: z.string(), version: z.string(), off: z.string().nullable() })),
  evaluators: z.array(z.strictObject({ name: z.string(), off: z.string().nullable() })),
});

interface Served {
  readonly child: ChildProcess;
  readonly welcome: z.infer<typeof welcomeSchema>;
  /** For commands that talk to it. */
  readonly env: Env;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Exit status, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
}

async function serve(args: readonly string[] = [], env: Env = {}, folder = emptyFolder()): Promise<Served> {
  const child = startCli(["serve", "--json", ...args], { ...anyPort, ...env }, folder);
  let stdout = "";
  let stderr = "";
  child.stderr?.on("data", (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<number | string | null>((resolve) => {
    child.on("close", (status, signal) => resolve(signal ?? status));
  });
  const up = new Promise<string>((resolve) => {
    child.stdout?.on("data", (data: Buffer) => {
      stdout += data.toString();
      if (stdout.includes("\n")) resolve(stdout.slice(0, stdout.indexOf("\n")));
    });
  });
  const line = await Promise.race([up, ended.then(() => Promise.reject(new Error(`serve ended: ${stderr}`)))]);
  const welcome = welcomeSchema.parse(JSON.parse(line));
  const reached = { TURNWISE_URL: welcome.api_url, OTEL_EXPORTER_OTLP_ENDPOINT: welcome.otlp_url };
  return { child, welcome, env: reached, stdout: () => stdout, stderr: () => stderr, ended };
}

describe("a running server", () => {
  let server: Served;
  beforeAll(async () => {
    server = await serve();
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
  });

  it("says where everything is", async () => {
    expect(server.welcome.judges).toMatchObject([{ name: "rules", off: null }, { name: "llm" }]);
    expect(server.welcome.judges[1]?.off).toContain("TURNWISE_LLM_API_KEY");
    for (const url of [
      `${server.welcome.api_url}/api/v1/health`,
      server.welcome.health_url,
      server.welcome.metrics_url,
    ]) {
      expect((await fetch(url)).status).toBe(200);
    }
  });

  it("is found healthy by doctor, which leaves nothing behind", async () => {
    const { status, stdout } = await runCli(["doctor"], server.env);
    expect(stdout.split("\n").map((line) => line.slice(0, 18).trimEnd())).toEqual([
      "ok     environment",
      "ok     api",
      "ok     receiver",
      "ok     store",
      "ok     turns",
      "ok     judge",
      "",
    ]);
    expect(status).toBe(0);
    const { stdout: listed } = await runCli(["sessions", "--json"], server.env);
    expect(sessionPageSchema.parse(JSON.parse(listed)).sessions).toEqual([]);
  });

  it("shows the demo agent's conversation, judged", async () => {
    const { status, stdout } = await runCli(["demo"], server.env);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Session [0-9a-f]{32} {2}completed\n/);
    expect(stdout.match(/^Turn \d/gm)).toEqual(["Turn 1", "Turn 2", "Turn 3"]);
    expect(stdout).toMatch(/^ {2}tool /m);
    expect(stdout).toMatch(/^ {10}✗ /m);
    expect(stdout).toMatch(/^Trajectory .*judged by rules/m);
    const [, id = ""] = /^Session (\S+)/.exec(stdout) ?? [];
    expect((await runCli(["show", id], server.env)).stdout).toBe(stdout);
  });

  it("gives the demo's session as JSON", async () => {
    const { stdout } = await runCli(["demo", "--json"], server.env);
    expect(sessionDetailSchema.parse(JSON.parse(stdout))).toMatchObject({ status: "completed", total_turns: 3 });
  });

  it("keeps another server off its data", async () => {
    const port = new URL(server.welcome.api_url).port;
    const { status, stdout, stderr } = await runCli(["serve"], { ...anyPort, TURNWISE_DATA_DIR: server.welcome.data });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error \[\w+\] .+\n.+\n$/m);
    const taken = await runCli(["serve"], { ...anyPort, TURNWISE_PORT: port });
    expect([taken.status, taken.stdout]).toEqual([1, ""]);
    expect(taken.stderr).toMatch(/error \[port_in_use\] service::api::endpoint: .+\n.+\n$/m);
  });
});

describe("doctor", () => {
  const doctor = async (env: Env) => {
    const { status, stdout } = await runCli(["doctor", "--json"], env);
    const hop = z.object({
      name: z.string(),
      ok: z.boolean(),
      ms: z.number(),
      detail: z.string(),
      remedy: z.string().optional(),
    });
    return { status, ...z.object({ ok: z.boolean(), hops: z.array(hop) }).parse(JSON.parse(stdout)) };
  };

  it.each<[string, Env, string]>([
    ["a disabled SDK", { OTEL_SDK_DISABLED: "true" }, "environment"],
    ["another exporter", { OTEL_TRACES_EXPORTER: "console" }, "environment"],
    ["no server", {}, "api"],
  ])("with %s stops there and says what to do", async (_name, env, failing) => {
    const { status, ok, hops } = await doctor(env);
    expect([status, ok]).toEqual([1, false]);
    expect(hops.at(-1)).toMatchObject({ name: failing, ok: false });
    expect(hops.at(-1)?.remedy).toMatch(/\w/);
    expect(hops.slice(0, -1).every((hop) => hop.ok)).toBe(true);
  });

  it("finds the receiver that nobody opened, the one that refuses, and the one of another server", async () => {
    const server = await serve();
    const elsewhere = async (status: number) =>
      listen({ host: "127.0.0.1", port: 0 }, "test", () =>
        createServer((_request, response) => {
          response.writeHead(status, { "content-type": "application/json" }).end("{}");
        }),
      );
    const [refusing, other] = await Promise.all([elsewhere(404), elsewhere(200)]);
    const at = (url: string) => doctor({ ...server.env, OTEL_EXPORTER_OTLP_ENDPOINT: url });
    const [nobody, refused, lost] = await Promise.all([at(nowhere), at(refusing.url), at(`${other.url}/`)]);
    expect(nobody.hops.at(-1)).toMatchObject({ name: "receiver", ok: false });
    expect(refused.hops.at(-1)).toMatchObject({ name: "receiver", ok: false });
    expect(refused.hops.at(-1)?.detail).toContain("404");
    expect(lost.hops.at(-1)).toMatchObject({ name: "store", ok: false });
    expect(lost.hops.at(-1)?.remedy).toContain("same server");
    await Promise.all([refusing.close({ graceMs: 0 }), other.close({ graceMs: 0 })]);
    server.child.kill("SIGTERM");
    await server.ended;
  });
});

describe("serve", () => {
  it("runs the demo once, when nothing is stored yet, and stays up", async () => {
    const folder = emptyFolder();
    const first = await serve(["--demo"], {}, folder);
    await expect.poll(() => first.stdout(), { timeout: 20_000 }).toMatch(/^Trajectory .*judged by rules/m);
    expect(first.child.exitCode).toBeNull();
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    const second = await serve(["--demo"], {}, folder);
    const { stdout } = await runCli(["sessions", "--json"], second.env);
    expect(sessionPageSchema.parse(JSON.parse(stdout)).sessions).toMatchObject([
      { status: "completed", total_turns: 3 },
    ]);
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(0);
    expect(second.stdout()).not.toContain("Trajectory");
  });

  it("drains on the first signal, also with an event stream open, and says so", async () => {
    const server = await serve();
    const answer = await fetch(`${server.welcome.api_url}/api/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content: "hi" }] }),
    });
    const { session_id: id } = z.object({ session_id: z.string() }).parse(await answer.json());
    const events = await readEvents(`${server.welcome.api_url}/api/v1/sessions/${id}/stream`);
    expect(await events.next()).toMatchObject({ event: "session-updated" });
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    await events.rest();
    expect(server.stderr()).toContain("Stopping; again cuts what is still in hand.");
  });

  it("cuts what is in hand on the second signal, and ends in order", async () => {
    const server = await serve();
    const { port } = new URL(server.welcome.api_url);
    const slow = createConnection({ host: "127.0.0.1", port: Number(port) }).on("error", () => undefined);
    slow.write(
      "POST /api/v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{",
    );
    await expect.poll(() => fetch(`${server.welcome.api_url}/api/v1/health`).then(({ status }) => status)).toBe(200);
    server.child.kill("SIGTERM");
    await expect.poll(() => server.stderr()).toContain("Stopping");
    server.child.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.stderr()).toContain("Cutting what is in hand; again ends at once.");
  });

  it.each([
    [{ TURNWISE_LOG_LEVEL: "loud" }, [], "log_level_unknown"],
    [{ TURNWISE_PORT: "http" }, [], "config_invalid"],
    [{ TURNWISE_OTLP_HTTP_PORT: "70000" }, [], "it is made of TURNWISE_HOST and TURNWISE_OTLP_HTTP_PORT"],
    [{}, ["--config", "nowhere.yaml"], "config_invalid"],
    [{ TURNWISE_HOST: "0.0.0.0" }, [], "endpoint_not_local"],
    [{ TURNWISE_DATABASE_URL: "mysql://x" }, [], "config_invalid"],
  ])("with %j %j does not start and says why", async (env, args, code) => {
    const { status, stdout, stderr } = await runCli(["serve", ...args], { ...anyPort, ...env });
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(code.includes(" ") ? code : `error [${code}]`);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it("logs JSON lines where nobody watches", async () => {
    const server = await serve([], { TURNWISE_LOG_LEVEL: "info" });
    server.child.kill("SIGTERM");
    await server.ended;
    const lines = server
      .stderr()
      .split("\n")
      .filter((line) => line.startsWith("{"));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: 30 });
  });
});
