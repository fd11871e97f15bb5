import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AppOptions, AppResult } from "./run-app.ts";
import { runWithModel } from "./run-with-model.ts";
import { inShort, sessionsOf } from "./sessions-of.ts";
import { type CollectedSpan, type Collector, startCollector } from "./start-collector.ts";

let collector: Collector;

beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => collector.close());

const use = async (way: string, options: AppOptions = {}): Promise<AppResult> =>
  runWithModel("ways-to-use.mjs", { args: [way], ...options, env: { ...collector.env, ...options.env } });
const sent = (): string => collector.requests.map(({ body }) => body.toString("utf8")).join("\n");
const named = (name: string): CollectedSpan | undefined => collector.spans().find((span) => span.name === name);

describe("masks", () => {
  it("hold for all spans that are sent, other libraries' too", async () => {
    await use("masks");
    expect(sent()).not.toMatch(/hunter22|sk-proj|Faro/);
    expect(named("chat hello")?.attributes.get("gen_ai.input.messages")).toContain("my [REDACTED]");
    const weather = named("execute_tool weather");
    expect(weather?.attributes.get("gen_ai.tool.call.arguments")).toBe('{"city":"[PLACE]"}');
    expect(weather?.attributes.get("gen_ai.tool.call.result")).toBe('{"seen":"[REDACTED]"}');
    expect(named("theirs")?.attributes.get("llm.prompts")).toBe("[REDACTED] of [REDACTED]");
  });

  it("that fail let nothing through, and say so without the content", async () => {
    const { stderr } = await use("masks that fail");
    expect(sent() + stderr).not.toContain("hunter22");
    expect(stderr).toMatch(/a mask failed on gen_ai\.input\.messages \(Error\)/);
    const { attributes } = named("chat hello")!;
    expect(attributes.get("turnwise.masking_failed")).toEqual(["gen_ai.input.messages"]);
    expect(attributes.get("gen_ai.output.messages")).toContain("Hello, how are you?");
  });

  it("can be named in the environment, which is not misread", async () => {
    const { stderr } = await use("turns", { env: { TURNWISE_MASK: "pii, secret" } });
    expect(stderr).toMatch(/not recording: no masking preset "secret", there are pii, secrets/);
    expect(collector.requests).toEqual([]);
  });
});

describe("the span processor in the application's own provider", () => {
  it("adds what we do not record, once, with our session, and leaves the application's spans alone", async () => {
    const { stdout } = await use("the processor, beside register");
    const spans = collector.conversation("use");
    expect(spans.map(({ name, scope }) => `${scope} ${name}`).sort()).toEqual([
      "@turnwise/instrumentation chat hello",
      "@turnwise/instrumentation execute_tool weather",
      "theirs retrieve",
    ]);
    expect(collector.spans()).toHaveLength(3);
    expect(JSON.parse(stdout)).toEqual([
      ["chat hello", 3],
      ["execute_tool weather", 1],
      ["SELECT", 1],
      ["retrieve", 1],
    ]);
  });

  it("works alone, with its own options, until the provider is shut down", async () => {
    const { stdout } = await use("the processor alone", {
      env: { ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" },
    });
    expect(stdout).toBe("shut down\n");
    expect(collector.spans().map(({ name }) => name)).toEqual(["chat hello"]);
    expect(collector.conversation("use")).toHaveLength(1);
  });
});

it("lets a program say where its turns begin and end", async () => {
  await use("turns");
  const spans = collector.conversation("use");
  const turns = spans.filter(({ name }) => name === "invoke_agent");
  expect(turns.map(({ status }) => status.code ?? 0)).toEqual([0, 0, 2]);
  expect(new Set(turns.map(({ traceId }) => traceId)).size).toBe(3);
  const inside = spans.filter(({ name }) => name !== "invoke_agent");
  expect(inside.map(({ parentSpanId }) => turns.findIndex(({ spanId }) => spanId === parentSpanId))).toEqual([0, 0, 1]);
  expect(turns[0]?.attributes.get("gen_ai.output.messages")).toContain("first answer");
  const alone = collector.spans().filter(({ attributes }) => !attributes.has("gen_ai.conversation.id"));
  expect(alone.map(({ name, parentSpanId }) => [name, parentSpanId !== undefined])).toEqual([
    ["invoke_agent", false],
    ["chat hello", true],
  ]);
  const session = (await sessionsOf(collector)).find(({ conversationId }) => conversationId === "use");
  expect(inShort(session!)).toContainEqual({
    user: "second question",
    reply: undefined,
    tools: [["weather", {}, "sunny"]],
  });
});

it("tells the server which sessions have ended, after their spans, at the latest when the process ends", async () => {
  const { stdout } = await use("ends a session");
  expect(stdout).toBe("ended\n");
  const paths = collector.requests.map(({ path }) => path);
  expect(paths).toEqual(["/v1/traces", "/v1/logs", "/v1/logs", "/v1/logs"]);
  expect(named("invoke_agent")?.attributes.get("gen_ai.input.messages")).toContain("bye");
  const ends = collector.requests
    .filter(({ path }) => path === "/v1/logs")
    .map(({ body }) => JSON.parse(body.toString("utf8")) as unknown);
  expect(ends).toMatchObject(
    ["use", "another", "as the process ends"].map((stringValue) => ({
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                { eventName: "session.end", attributes: [{ key: "gen_ai.conversation.id", value: { stringValue } }] },
              ],
            },
          ],
        },
      ],
    })),
  );
});

it("delivers after a handler, with the platform's waitUntil or before the answer", async () => {
  const { stdout, signal } = await use("flushes after a handler");
  expect(stdout).toBe("Hello, how are you? as on Lambda\nHello, how are you? 1\nHello, how are you? 2\ndelivered\n");
  expect(signal).toBe("SIGKILL");
  expect(collector.conversation("use")).toHaveLength(3);
});

it.each([
  { env: {}, limit: 3000 },
  { env: { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "100" }, limit: 3000 },
])("shortens a long history by whole messages ($env)", async ({ env, limit }) => {
  await use("writes many attributes and a long history", { env });
  const { attributes } = named("chat hello")!;
  const input = String(attributes.get("gen_ai.input.messages"));
  expect(input.length).toBeLessThanOrEqual(limit);
  expect(JSON.parse(input)).toContainEqual({ role: "user", parts: [{ type: "text", content: "the newest" }] });
  expect(attributes.get("turnwise.shortened")).toEqual(["gen_ai.input.messages"]);
});

describe("started twice", () => {
  it("says which options do not count any more", async () => {
    const { stderr } = await use("comes too late with options");
    expect(stderr.trim().split("\n").slice(1)).toEqual([
      "turnwise: recording already; these options came too late and do not count: mask, guards.",
    ]);
    expect(collector.conversation("use")).toHaveLength(1);
  });

  it.each([
    { name: "the same version", version: undefined, conversations: ["two copies"] },
    { name: "another version", version: "9.9.9", conversations: [undefined] },
  ])("by two copies of $name, the second says so and does nothing", async ({ version, conversations }) => {
    const project = mkdtempSync(join(tmpdir(), "turnwise-copies-"));
    const installed = fileURLToPath(new URL("../../node_modules/", import.meta.url));
    try {
      for (const name of ["one", "two"]) {
        const folder = join(project, `node_modules/${name}`);
        cpSync(join(installed, "@turnwise/instrumentation/dist"), join(folder, "dist"), { recursive: true });
        cpSync(join(installed, "@turnwise/instrumentation/package.json"), join(folder, "package.json"));
      }
      if (version !== undefined)
        writeFileSync(join(project, "node_modules/two/dist/version.js"), `export const version = "${version}";`);
      for (const name of ["openai", "@opentelemetry", "import-in-the-middle", "require-in-the-middle"]) {
        mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
        symlinkSync(join(installed, name), join(project, "node_modules", name));
      }
      writeFileSync(
        join(project, "app.mjs"),
        `import "./node_modules/one/dist/register.js"; import "./node_modules/two/dist/register.js";
         import { withSession } from "./node_modules/two/dist/index.js"; import OpenAI from "openai";
         await withSession("two copies", () => new OpenAI().chat.completions.create({ model: "hello", messages: [] }));`,
      );
      const { stderr } = await runWithModel(join(project, "app.mjs"), { cwd: project, env: collector.env });
      expect(stderr).toMatch(
        /version 0\.1\.0 in \S+one\/dist\/ records already; this copy \(version \S+ \S+two\/dist\/\) does nothing/,
      );
      expect(collector.spans().map(({ attributes }) => attributes.get("gen_ai.conversation.id"))).toEqual(
        conversations,
      );
    } finally {
      rmSync(project, { recursive: true });
    }
  });
});
