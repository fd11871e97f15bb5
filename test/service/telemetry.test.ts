import { describe, expect, test } from "vitest";
import { addProcessGauges, createMetricsEndpoint, createTelemetry } from "../../src/service/telemetry.ts";

describe("telemetry", () => {
  test("is shown in Prometheus' text format", () => {
    const telemetry = createTelemetry();
    telemetry.count("otelcol_receiver_accepted_spans", { receiver: "otlp", transport: "http" }, 3);
    telemetry.count("otelcol_receiver_accepted_spans", { receiver: "otlp", transport: "http" }, 4);
    telemetry.count("otelcol_receiver_accepted_spans", { receiver: "otlp/2", transport: "http" }, 1);
    telemetry.count("turnwise_plain", {}, 1);
    telemetry.gauge("turnwise_sessions_in_work", () => 2);
    expect(telemetry.show()).toBe(
      [
        "# TYPE otelcol_receiver_accepted_spans counter",
        'otelcol_receiver_accepted_spans{receiver="otlp",transport="http"} 7',
        'otelcol_receiver_accepted_spans{receiver="otlp/2",transport="http"} 1',
        "# TYPE turnwise_plain counter",
        "turnwise_plain 1",
        "# TYPE turnwise_sessions_in_work gauge",
        "turnwise_sessions_in_work 2",
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
