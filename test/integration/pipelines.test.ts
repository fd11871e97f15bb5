/** What otel-config.yaml does to data on its way, seen from outside. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
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

describe("files", () => {
  test("are written by one pipeline with what was judged, and read by another server", async () => {
    const folder = mkdtempSync(join(tmpdir(), "turnwise-files-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const archive = join(folder, "archive.jsonl");
    const writer = await start((yaml) =>
      yaml
        .replace("  store: {}", `  store: {}\n  file: { path: "${archive}" }`)
        .replaceAll("exporters: [store] }", "exporters: [store, file] }")
        .replace("judges: [rules, llm]", "judges: [rules, llm]\n    judgement_exporters: [file]"),
    );
    expect((await sendModelCalls(writer.otlpUrl, "archived", ["Hello"])).status).toBe(200);
    await vi.waitFor(() => expect(readFileSync(archive, "utf8")).toContain("gen_ai.evaluation.result"), 10_000);

    const reader = await start((yaml) =>
      yaml
        .replace("\nprocessors:", `\n  otlp_json_file: { include: ["${archive}"] }\n\nprocessors:`)
        .replaceAll("receivers: [otlp]", "receivers: [otlp, otlp_json_file]"),
    );
    await vi.waitFor(() => expect(storedSpans(reader.dataDir)).toEqual(storedSpans(writer.dataDir)), 5000);
  });
});

describe("several pipelines", () => {
  const severalPipelines = (yaml: string) =>
    yaml
      .replace(
        "\nprocessors:\n",
        `  otlp/2: { protocols: { http: { endpoint: "127.0.0.1:0" } } }

processors:
  attributes/mark: { actions: [{ key: marked.by, action: upsert, value: a-pipeline }] }
`,
      )
      .replace(
        "  store: {}",
        "  store: {}\n  debug/marked: { verbosity: detailed }\n  debug/plain: { verbosity: detailed }",
      )
      .replace(
        "    traces:",
        `    traces/marked: { receivers: [otlp, otlp/2], processors: [attributes/mark], exporters: [debug/marked] }
    traces/plain: { receivers: [otlp/2], exporters: [debug/plain] }
    traces:`,
      );

  /** Where the second receiver listens. */
  function secondUrl({ logger, otlpUrl }: TestServer): string {
    const urls = logger.lines.flatMap(({ fields, message }) =>
      message === "receiving OTLP" && "url" in fields ? [String(fields.url)] : [],
    );
    return urls.find((url) => url.startsWith("http") && url !== otlpUrl) ?? "";
  }

  /** What an exporter showed of records. */
  const shownBy = ({ logger }: TestServer, exporter: string): readonly string[] =>
    logger.lines.flatMap(({ fields, message }) =>
      message === "record" && "exporter" in fields && fields.exporter === exporter ? [JSON.stringify(fields)] : [],
    );

  test("take what their receivers bring, each with its own processors and exporters", async () => {
    const server = await start(severalPipelines);
    const second = secondUrl(server);
    expect((await sendModelCalls(server.otlpUrl, "both", ["for the store and the marked one"])).status).toBe(200);
    expect(storedSpans(server.dataDir).size).toBe(1);
    expect([shownBy(server, "debug/marked").length, shownBy(server, "debug/plain").length]).toEqual([1, 0]);

    expect((await sendModelCalls(second, "shown", ["for the marked one and the plain one"])).status).toBe(200);
    expect(storedSpans(server.dataDir).size).toBe(1);
    const [marked, plain] = [shownBy(server, "debug/marked"), shownBy(server, "debug/plain")];
    expect([marked.length, plain.length]).toEqual([2, 1]);
    expect(marked.every((record) => record.includes("marked.by"))).toBe(true);
    expect(plain.join()).not.toContain("marked.by");
  });

  test("are served by a receiver only as far as they name it", async () => {
    const server = await start(severalPipelines);
    const other = secondUrl(server);
    expect((await fetch(`${other}/v1/logs`, empty)).status).toBe(404);
    expect((await fetch(`${server.otlpUrl}/v1/logs`, empty)).status).toBe(200);
  });
});
