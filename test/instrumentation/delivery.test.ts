import { afterEach, expect, it } from "vitest";
import { decodeSpans } from "./decode-spans.ts";
import { runWithModel } from "./run-with-model.ts";
import { type Collector, startCollector } from "./start-collector.ts";

const collectors: Collector[] = [];
const collect = async (...args: Parameters<typeof startCollector>): Promise<Collector> => {
  const collector = await startCollector(...args);
  collectors.push(collector);
  return collector;
};
afterEach(async () => {
  await Promise.all(collectors.splice(0).map((collector) => collector.close()));
});

it("flushes when asked to, stops at shutdown, starts again, and takes its options from the call", async () => {
  const collector = await collect();
  const { stdout, stderr } = await runWithModel("flushes.mjs", {
    env: {
      ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
  });
  expect(stdout).toBe("flushed\nshut down\n");
  expect(stderr.trim().split("\n")).toHaveLength(2);
  const conversations = collector.spans().map(({ attributes }) => attributes.get("gen_ai.conversation.id"));
  expect(conversations).toEqual(["before flush", "before shutdown", "started again"]);
  expect(collector.requests).toHaveLength(3);
  expect(collector.requests[0]?.path).toBe("/v1/traces");
  expect(collector.requests[0]?.headers["x-team"]).toBe("kestrel");
  expect(collector.spans()[0]?.resource.get("service.name")).toBe("flusher");
  expect(collector.spans()[0]?.scope).toBe("@turnwise/instrumentation");
});

it("sends protobuf by default, compressed if the environment says so", async () => {
  const collector = await collect();
  await runWithModel("ends.mjs", {
    args: ["by itself"],
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_SERVICE_NAME: "shop",
    },
  });
  const [request] = collector.requests;
  expect(request?.headers["content-type"]).toBe("application/x-protobuf");
  expect(request?.headers["content-encoding"]).toBe("gzip");
  expect(decodeSpans(request!.body)).toMatchObject([
    { name: "chat hello", attributes: { "gen_ai.conversation.id": "ends" } },
  ]);
});

it("tries again after 503 and delivers each span once", async () => {
  const collector = await collect((_, number) => ({
    status: number === 1 ? 503 : 200,
    headers: { "retry-after": "1" },
  }));
  const { stdout, stderr } = await runWithModel("many-calls.mjs", {
    env: { ...collector.env, OTEL_BSP_SCHEDULE_DELAY: "50" },
  });
  expect(stdout).toBe("done\n");
  expect(stderr.match(/not being delivered to \S+ \(HTTP 503\)/g)).toHaveLength(1);
  const conversations = collector.spans().map(({ attributes }) => attributes.get("gen_ai.conversation.id"));
  expect(conversations).toEqual(Array.from({ length: 8 }, (_, i) => `call ${i}`));
});

it("does not send again what a server has refused", async () => {
  const collector = await collect(() => ({ status: 400 }));
  const { stdout } = await runWithModel("many-calls.mjs", { env: { ...collector.env, OTEL_BSP_SCHEDULE_DELAY: "50" } });
  const bodies = collector.requests.map(({ body }) => body.toString("utf8"));
  expect(stdout).toBe("done\n");
  expect(bodies.length).toBeGreaterThan(1);
  expect(new Set(bodies).size).toBe(bodies.length);
});

it.each([
  { name: "TURNWISE_CAPTURE_CONTENT", value: "false" },
  { name: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value: "NO_CONTENT" },
])("sends no content when $name is $value", async ({ name, value }) => {
  const collector = await collect();
  const { code, stderr } = await runWithModel("secrets.mjs", { env: { ...collector.env, [name]: value } });
  expect(code).toBe(0);
  expect(stderr).toContain("without content");
  const spans = collector.conversation("private");
  expect(spans.map((span) => span.name)).toEqual([
    "chat hello",
    "chat hello",
    "chat leaky",
    "execute_tool weather",
    "execute_tool weather",
  ]);
  expect(spans.map(({ status }) => status.code ?? 0)).toEqual([0, 0, 2, 0, 2]);
  expect(spans[0]?.attributes.get("gen_ai.usage.input_tokens")).toBe(40);
  expect(collector.requests.map(({ body }) => body.toString("utf8")).join("")).not.toContain("secret-");
});

it("sends all of that content otherwise", async () => {
  const collector = await collect();
  await runWithModel("secrets.mjs", { env: collector.env });
  const sent = collector.requests.map(({ body }) => body.toString("utf8")).join("");
  const secrets = ["question", "description", "input", "instructions", "result", "argument", "failure"];
  expect(secrets.filter((secret) => !sent.includes(`secret-${secret}`))).toEqual([]);
});
