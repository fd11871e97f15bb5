import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { metricDescriptions } from "../../src/service/metric-descriptions.ts";
import { addProcessGauges, createMetricsEndpoint, createTelemetry } from "../../src/service/telemetry.ts";

const src = fileURLToPath(new URL("../../src", import.meta.url));

describe("telemetry", () => {
  test("is shown in Prometheus' text format", () => {
    const telemetry = createTelemetry();
    telemetry.count("otelcol_receiver_accepted_spans", { receiver: "otlp", transport: "http" }, 3);
    telemetry.count("otelcol_receiver_accepted_spans", { receiver: "otlp", transport: "http" }, 4);
    telemetry.count("otelcol_receiver_accepted_spans", { receiver: "otlp/2", transport: "http" }, 1);
    telemetry.count("plain", {}, 1);
    telemetry.gauge("turnwise_sessions_in_work", () => 2);
    telemetry.gauge("otelcol_exporter_queue_size", () => 5, { exporter: "otlp_http" });
    telemetry.gauge("otelcol_exporter_queue_size", () => 6, { exporter: "otlp_grpc" });
    telemetry.gauge("otelcol_exporter_queue_size", () => 7, { exporter: "otlp_http" });
    expect(telemetry.show()).toBe(
      [
        "# HELP otelcol_receiver_accepted_spans Number of spans successfully pushed into the pipeline.",
        "# TYPE otelcol_receiver_accepted_spans counter",
        'otelcol_receiver_accepted_spans{receiver="otlp",transport="http"} 7',
        'otelcol_receiver_accepted_spans{receiver="otlp/2",transport="http"} 1',
        "# TYPE plain counter",
        "plain 1",
        "# HELP turnwise_sessions_in_work Sessions that are being built and judged.",
        "# TYPE turnwise_sessions_in_work gauge",
        "turnwise_sessions_in_work 2",
        "# HELP otelcol_exporter_queue_size Current size of the sending queue.",
        "# TYPE otelcol_exporter_queue_size gauge",
        'otelcol_exporter_queue_size{exporter="otlp_http"} 7',
        'otelcol_exporter_queue_size{exporter="otlp_grpc"} 6',
        "",
      ].join("\n"),
    );
  });

  test("reads gauges when it is shown", () => {
    const telemetry = createTelemetry();
    let value = 1;
    telemetry.gauge("g", () => value);
    value = 2;
    expect(telemetry.show()).toContain("g 2\n");
  });

  test("shows what cannot be read as not known, and the rest", () => {
    const telemetry = createTelemetry();
    telemetry.gauge("broken", () => {
      throw new Error("EMFILE");
    });
    telemetry.gauge("sound", () => 1);
    expect(telemetry.show()).toBe("# TYPE broken gauge\nbroken NaN\n# TYPE sound gauge\nsound 1\n");
  });

  test("escapes label values", () => {
    const telemetry = createTelemetry();
    telemetry.count("c", { label: 'a"b\\c\nd' }, 1);
    expect(telemetry.show()).toContain('c{label="a\\"b\\\\c\\nd"} 1\n');
  });

  test("tells of the process by the collector's names", () => {
    const telemetry = createTelemetry();
    addProcessGauges(telemetry);
    for (const name of [
      "process_uptime",
      "process_memory_rss",
      "process_runtime_heap_alloc_bytes",
      "process_cpu_seconds",
    ])
      expect(telemetry.show()).toMatch(new RegExp(`^otelcol_${name} [0-9.e+-]+$`, "m"));
  });
});

describe("every number that the server counts", () => {
  const sources = readdirSync(src, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("metric-descriptions.ts"))
    .map((name) => readFileSync(join(src, name), "utf8"))
    .join("\n");
  const fixed = [...sources.matchAll(/"((?:otelcol|turnwise)_[a-z_]+)"/g)].map(([, name = ""]) => name);
  const perSignal = [...sources.matchAll(/`((?:otelcol|turnwise)_[a-z_]+)\$\{/g)].map(([, begin = ""]) => begin);

  test("has a description", () => {
    expect(fixed.length).toBeGreaterThan(20);
    expect(fixed.filter((name) => !metricDescriptions.has(name))).toEqual([]);
    expect(perSignal.length).toBeGreaterThan(4);
    const described = [...metricDescriptions.keys()];
    const isDescribed = (begin: string) => described.some((name) => name.startsWith(begin) && name.endsWith("_spans"));
    expect(perSignal.filter((begin) => !isDescribed(begin))).toEqual([]);
  });

  test("that is described is counted somewhere", () => {
    const begins = [...sources.matchAll(/[`"]((?:otelcol|turnwise)_[a-z_]+)/g)].map(([, begin = ""]) => begin);
    const unknown = [...metricDescriptions.keys()].filter((name) => !begins.some((begin) => name.startsWith(begin)));
    expect(unknown).toEqual([]);
  });
});

describe("the metrics endpoint", () => {
  test("shows the numbers at /metrics and nothing elsewhere", async () => {
    const telemetry = createTelemetry();
    telemetry.count("c", {}, 1);
    const endpoint = createMetricsEndpoint({ host: "127.0.0.1", port: 0 }, telemetry);
    await endpoint.start?.();
    try {
      const [url = ""] = endpoint.urls?.() ?? [];
      const response = await fetch(url);
      expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      expect(await response.text()).toBe("# TYPE c counter\nc 1\n");
      expect((await fetch(new URL("/", url))).status).toBe(404);
      expect((await fetch(url, { method: "DELETE" })).status).toBe(405);
    } finally {
      await endpoint.shutdown?.();
    }
  });
});
