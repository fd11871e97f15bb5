import { afterEach, beforeEach, expect, it } from "vitest";
import type { AppOptions, AppResult } from "./run-app.ts";
import { runWithModel } from "./run-with-model.ts";
import { type Collector, startCollector } from "./start-collector.ts";

let collector: Collector;

beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => collector.close());

async function end(
  way: string,
  { app = "ends.mjs", ...options }: AppOptions & { app?: string } = {},
): Promise<AppResult> {
  const killWhenReady: AppOptions["onOutput"] = (output, kill) => {
    if (output.includes("ready") && !output.includes("ignored")) kill("SIGTERM");
  };
  return runWithModel(app, { args: [way], env: collector.env, onOutput: killWhenReady, ...options });
}

const cases: readonly (AppOptions & { way: string; code: number | null; signal?: NodeJS.Signals; stdout: string })[] = [
  { way: "by itself", code: 0, stdout: "beforeExit\n" },
  { way: "with process.exit", code: 7, stdout: "" },
  { way: "with process.exitCode", code: 3, stdout: "beforeExit\n" },
  { way: "by an uncaught error", code: 1, stdout: "" },
  { way: "by SIGTERM", code: null, signal: "SIGTERM", stdout: "ready\n" },
  { way: "by a SIGTERM that it handles", code: 5, stdout: "ready\nhandled\n" },
  { way: "after a SIGTERM that it survives", code: 0, stdout: "ready\nignored\ndone\nbeforeExit\n" },
];

it.each(cases)("delivers the last spans when a process ends $way, and lets it end so", async (example) => {
  const { code, signal, stdout, stderr } = await end(example.way);
  expect({ code, signal, stdout }).toEqual({
    code: example.code,
    signal: example.signal ?? null,
    stdout: example.stdout,
  });
  expect(stderr.includes("nobody caught me")).toBe(example.way === "by an uncaught error");
  expect(collector.conversation("ends").map(({ name }) => name)).toEqual(["chat hello"]);
});

it("lets a library end the process that does so only if nobody else listens to the signal", async () => {
  const bare = await end("", { app: "agents-ends.mjs", env: { OTEL_SDK_DISABLED: "true" } });
  const { code, signal } = await end("", { app: "agents-ends.mjs" });
  expect({ code, signal }).toEqual({ code: bare.code, signal: bare.signal });
  expect(collector.spans().map(({ name }) => name)).toEqual(["execute_tool look_up"]);
});

it("ends the span of a call that is running when the process ends, as aborted", async () => {
  const { code } = await end("while a call is running");
  const [span, ...others] = collector.conversation("ends");
  expect(code).toBe(4);
  expect(others).toEqual([]);
  expect(span?.attributes.get("turnwise.aborted")).toBe(true);
  expect(span?.attributes.get("gen_ai.input.messages")).toContain("hi");
});

it("leaves a rejection that nobody handles unhandled", async () => {
  const { code, stdout, stderr } = await end("by a rejection that nobody handles");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("400 no such thing");
  expect(collector.conversation("ends")[0]?.status.message).toBe("400 no such thing");
});

// A batch would be tried again for longer than a test may take.
it("does not hold up a process whose server is down, and says so once", async () => {
  const { code, stdout, stderr } = await end("by itself", {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "beforeExit\n" });
  expect(stderr.match(/not being delivered/g)).toHaveLength(1);
});

it("waits only for a while for a server that does not answer", async () => {
  const silent = await startCollector(() => "hang");
  const { code, stderr } = await end("by itself", { env: silent.env });
  await silent.close();
  expect({ code, requests: silent.requests.length }).toEqual({ code: 0, requests: 1 });
  expect(stderr).toMatch(/\(when the process ended\)/);
});

it("does not hold up the end at all when it is told so, and says what that cost", async () => {
  const { code, stdout, stderr } = await end("by itself", { env: { ...collector.env, TURNWISE_EXIT_TIMEOUT: "0" } });
  expect({ code, stdout }).toEqual({ code: 0, stdout: "beforeExit\n" });
  expect(stderr).toMatch(/spans are not being delivered to \S+ \(when the process ended\)/);
  expect(collector.requests).toEqual([]);
});

it("leaves out at the end what there is no time to mask", async () => {
  const { code, stderr } = await end("", { app: "slow-mask.mjs" });
  expect(code).toBe(3);
  expect(stderr).toMatch(/\(when the process ended\)/);
  // Half of the second is for masking.
  expect(collector.spans().length).toBeLessThanOrEqual(6);
});

it("says which time it cannot read", async () => {
  const { code, stderr } = await end("by itself", { env: { ...collector.env, TURNWISE_EXIT_TIMEOUT: "soon" } });
  expect(code).toBe(0);
  expect(stderr).toContain("not recording: not a time in milliseconds: soon");
});
