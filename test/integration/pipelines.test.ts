/** What otel-config.yaml does to data on its way, seen from outside. */
import { afterEach, describe, expect, test } from "vitest";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { storedSpans } from "../support/stored-spans.ts";

const running: TestServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

async function start(edit: (yaml: string) => string): Promise<TestServer> {
  const server = await startTestServer({ edit });
  running.push(server);
  return server;
}

const empty = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };

describe("the memory limiter", () => {
  test("has senders keep their data and try again, while everything else goes on", async () => {
    const server = await start((yaml) =>
      yaml.replace("limit_percentage: 75, spike_limit_percentage: 15", "limit_mib: 2, spike_limit_mib: 1"),
    );
    expect((await sendModelCalls(server.otlpUrl, "refused", ["Hello"])).status).toBe(503);
    const response = await fetch(`${server.otlpUrl}/v1/traces`, empty);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toMatch(/^[12]$/);
    expect(await response.text()).toContain("data refused due to high memory usage");
    expect(storedSpans(server.dataDir).size).toBe(0);
    expect((await server.api("/sessions")).status).toBe(200);
    expect((await fetch(server.healthUrl ?? "")).status).toBe(200);
  });
});

describe("a pipeline", () => {
  test("may have several exporters and store what it shows", async () => {
    const server = await start((yaml) =>
      yaml
        .replace("  store: {}", "  store: {}\n  debug: { verbosity: normal }")
        .replace("exporters: [store] }", "exporters: [store, debug] }"),
    );
    expect((await sendModelCalls(server.otlpUrl, "shown", ["a secret question"])).status).toBe(200);
    expect(storedSpans(server.dataDir).size).toBe(1);
    expect(server.logger.lines.filter(({ message }) => message === "record")).toHaveLength(1);
    expect(JSON.stringify(server.logger.lines)).not.toContain("a secret question");
  });

  test("that is not configured is not served", async () => {
    const server = await start((yaml) => yaml.replace(/ {4}metrics: \{ receivers.*\n/, ""));
    expect((await fetch(`${server.otlpUrl}/v1/logs`, empty)).status).toBe(200);
    expect((await fetch(`${server.otlpUrl}/v1/metrics`, empty)).status).toBe(404);
  });

  test("takes metrics and counts them", async () => {
    const server = await start((yaml) => yaml);
    const metric = { name: "m", gauge: { dataPoints: [{ asInt: "1" }, { asInt: "2" }] } };
    const body = JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
    expect((await fetch(`${server.otlpUrl}/v1/metrics`, { ...empty, body })).status).toBe(200);
    expect(await server.metric('otelcol_exporter_sent_metric_points{exporter="store"}')).toBe(2);
  });
});
