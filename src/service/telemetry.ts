/**
 * The server's own numbers. Names that the collector has too are written as the collector writes them by default, without
 * `_total`, so that its dashboards work. Source: reference/collector-config.md 6.
 */
import { createServer, type RequestListener } from "node:http";
import type { Endpoint } from "../component/config-schemas.ts";
import type { Component, Telemetry } from "../component/component.ts";
import { listen, type Listener } from "../component/listen.ts";

export interface ReadableTelemetry extends Telemetry {
  /** All numbers in Prometheus' text format 0.0.4. */
  show(): string;
}

export function createTelemetry(): ReadableTelemetry {
  const counters = new Map<string, Map<string, number>>();
  const gauges = new Map<string, () => number>();
  return {
    count(name, labels, by) {
      const series = counters.get(name) ?? new Map<string, number>();
      const key = showLabels(labels);
      counters.set(name, series.set(key, (series.get(key) ?? 0) + by));
    },
    gauge: (name, read) => void gauges.set(name, read),
    show() {
      const lines = [
        ...[...counters].flatMap(([name, series]) => [
          `# TYPE ${name} counter`,
          ...[...series].map(([labels, value]) => `${name}${labels} ${value}`),
        ]),
        ...[...gauges].flatMap(([name, read]) => [`# TYPE ${name} gauge`, `${name} ${read()}`]),
      ];
      return lines.map((line) => `${line}\n`).join("");
    },
  };
}

function showLabels(labels: Readonly<Record<string, string>>): string {
  const shown = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escapeCharacter)}"`,
  );
  return shown.length === 0 ? "" : `{${shown.join(",")}}`;
}

const escapeCharacter = (character: string): string => (character === "\n" ? "\\n" : `\\${character}`);

/** What every process tells of itself, by the collector's names. */
export function addProcessGauges(telemetry: Telemetry): void {
  telemetry.gauge("otelcol_process_uptime", () => process.uptime());
  telemetry.gauge("otelcol_process_memory_rss", () => process.memoryUsage.rss());
  telemetry.gauge("otelcol_process_runtime_heap_alloc_bytes", () => process.memoryUsage().heapUsed);
  telemetry.gauge("otelcol_process_cpu_seconds", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

/** Shows the numbers at `/metrics`. */
export function createMetricsEndpoint(endpoint: Endpoint, telemetry: ReadableTelemetry): Component {
  let listener: Listener | undefined;
  const answer: RequestListener = (request, response) => {
    if (request.url?.split("?", 1)[0] !== "/metrics") response.writeHead(404).end("not found; see /metrics\n");
    else if (request.method !== "GET" && request.method !== "HEAD")
      response.writeHead(405, { allow: "GET, HEAD" }).end();
    else response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(telemetry.show());
  };
  return {
    async start() {
      const setting = "service::telemetry::metrics::endpoint";
      listener = await listen(endpoint, setting, () => createServer(answer));
    },
    async shutdown() {
      await listener?.close();
    },
    urls: () => (listener === undefined ? [] : [`${listener.url}/metrics`]),
  };
}
