/**
 * The server's own numbers. Names that the collector has too are written as the collector writes them by default, without
 * `_total`, so that its dashboards work. Source: collector `service/telemetry`, `obsreport`.
 */
import { createServer, type RequestListener } from "node:http";
import { getHeapStatistics } from "node:v8";
import type { Endpoint } from "../component/config-schemas.ts";
import type { Component, Telemetry } from "../component/component.ts";
import { listen, type Listener } from "../component/listen.ts";
import { metricDescriptions } from "./metric-descriptions.ts";

export interface ReadableTelemetry extends Telemetry {
  /** All numbers in Prometheus' text format 0.0.4. */
  show(): string;
}

/** One metric's values by its labels, as they are shown. */
type Series<Value> = Map<string, Value>;

export function createTelemetry(): ReadableTelemetry {
  const counters = new Map<string, Series<number>>();
  const gauges = new Map<string, Series<() => number>>();
  return {
    count(name, labels, by) {
      const series = seriesOf(counters, name);
      const key = showLabels(labels);
      series.set(key, (series.get(key) ?? 0) + by);
    },
    gauge: (name, read, labels = {}) => void seriesOf(gauges, name).set(showLabels(labels), read),
    show() {
      const lines = [
        ...[...counters].flatMap(([name, series]) => showMetric(name, "counter", [...series])),
        ...[...gauges].flatMap(([name, series]) =>
          showMetric(
            name,
            "gauge",
            [...series].map(([labels, read]) => [labels, tryToRead(read)]),
          ),
        ),
      ];
      return lines.map((line) => `${line}\n`).join("");
    },
  };
}

/** NaN, as Prometheus writes what is not known: without a free file descriptor the system does not tell of the process. */
function tryToRead(read: () => number): number {
  try {
    return read();
  } catch {
    return Number.NaN;
  }
}

function seriesOf<Value>(metrics: Map<string, Series<Value>>, name: string): Series<Value> {
  const series = metrics.get(name) ?? new Map<string, Value>();
  metrics.set(name, series);
  return series;
}

function showMetric(
  name: string,
  type: "counter" | "gauge",
  values: readonly (readonly [labels: string, value: number])[],
): readonly string[] {
  const described = metricDescriptions.get(name);
  return [
    ...(described === undefined ? [] : [`# HELP ${name} ${described.help}`]),
    `# TYPE ${name} ${described?.type ?? type}`,
    ...values.map(([labels, value]) => `${name}${labels} ${value}`),
  ];
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
  telemetry.gauge("otelcol_process_runtime_heap_alloc_bytes", () => getHeapStatistics().used_heap_size);
  telemetry.gauge("otelcol_process_cpu_seconds", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}

/** Shows the numbers at `/metrics`. `isPublic`: to other machines too. */
export function createMetricsEndpoint(endpoint: Endpoint, telemetry: ReadableTelemetry, isPublic = false): Component {
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
      listener = await listen(endpoint, setting, () => createServer(answer), { public: isPublic });
    },
    async shutdown(hurry) {
      await listener?.close({ hurry });
    },
    urls: () => (listener === undefined ? [] : [`${listener.url}/metrics`]),
  };
}
