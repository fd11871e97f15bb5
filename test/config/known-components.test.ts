/** A configuration of the collector's own: what it names that is not here, and that the rest of it works. */
import { describe, expect, test } from "vitest";
import { components } from "../../src/components.ts";
import { componentKinds } from "../../src/config/config.ts";
import { leftOutTypes, renamedTypes } from "../../src/config/known-components.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { collectorConfig, withoutLacking } from "../support/collector-config.ts";
import { problemsOf } from "./problems-of.ts";

describe("the collector's own configuration", () => {
  test("is told exactly which types are not here, each once, with what to do", () => {
    expect(problemsOf({ text: collectorConfig, env: {} }, components)).toEqual([
      'receivers::hostmetrics: unknown receiver type "hostmetrics" (line 24): it makes metrics, which are only counted here; remove it',
      'receivers::prometheus: unknown receiver type "prometheus" (line 27): it makes metrics, which are only counted here; remove it',
      'processors::batch: unknown processor type "batch", also in "batch/large" (line 39): not needed, the store commits in groups and the forwarders send from a queue; remove it',
      'processors::resourcedetection: unknown processor type "resourcedetection" (line 54): nothing is discovered here; remove it',
      'connectors::spanmetrics: unknown connector type "spanmetrics" (line 83): there are no connectors, a receiver may be in several pipelines instead; remove it',
      'extensions::pprof: unknown extension type "pprof" (line 88): it profiles the Go runtime; start node with --cpu-prof, or remove it',
      'extensions::zpages: unknown extension type "zpages" (line 90): the server\'s numbers are under service::telemetry::metrics; remove it',
    ]);
  });

  test("loads when only these are removed", () => {
    const text = withoutLacking;
    const { config, warnings } = loadConfig({ text, env: { LISTEN_HOST: "127.0.0.1" } }, components);
    expect([...config.exporters.values()].map(({ id, type }) => [id, type])).toEqual([
      ["debug", "debug"],
      ["otlphttp/upstream", "otlp_http"],
      ["otlp/jaeger", "otlp_grpc"],
    ]);
    expect(config.service).toMatchObject({
      extensions: ["health_check"],
      metricsEndpoint: { host: "127.0.0.1", port: 8888 },
      logs: { level: "info", encoding: "json" },
      resource: { "service.name": "gateway" },
      sessions: { store: "default", judges: ["rules"] },
    });
    expect(
      config.service.pipelines.map(({ id, receivers, processors, exporters }) => [
        id,
        receivers,
        processors,
        exporters,
      ]),
    ).toEqual([
      [
        "traces",
        ["otlp"],
        ["memory_limiter", "attributes/tenant", "filter/noise"],
        ["otlphttp/upstream", "otlp/jaeger", "debug"],
      ],
      ["traces/internal", ["otlp", "otlp/internal"], ["memory_limiter"], ["debug"]],
      ["logs", ["otlp"], ["memory_limiter"], ["otlphttp/upstream"]],
      ["metrics", ["otlp"], ["memory_limiter"], ["debug"]],
    ]);
    expect(warnings).toEqual([
      'exporters::otlphttp/upstream: the exporter type "otlphttp" is now called "otlp_http" (line 46)',
      'exporters::otlp/jaeger: the exporter type "otlp" is now called "otlp_grpc" (line 61)',
      'service::pipelines: no pipeline exports to a store, so there will be no sessions; add the exporter "store" (line 88)',
    ]);
  });

  test("keeps its secrets to itself", () => {
    const { shown } = loadConfig({ text: withoutLacking, env: { UPSTREAM_API_KEY: "hunter2" } }, components);
    expect(JSON.stringify(shown)).not.toContain("hunter2");
    expect(shown).toMatchObject({ exporters: { "otlphttp/upstream": { headers: { "x-api-key": "[REDACTED]" } } } });
  });
});

describe("the list of what is left out", () => {
  test.each(
    Object.entries(leftOutTypes).flatMap(([kind, types]) =>
      [...types].map(([type, advice]) => ({ kind, type, advice })),
    ),
  )("$kind $type is not here, and says what to do in one line", ({ kind, type, advice }) => {
    const here = componentKinds.flatMap((known) =>
      known === kind ? components[known].map((factory) => factory.type) : [],
    );
    expect(here.length).toBeGreaterThan(0);
    expect(here).not.toContain(type);
    expect(advice).toMatch(/^\w.*\b(?:remove it|use \w+)$/);
  });

  test.each(
    Object.entries(renamedTypes).flatMap(([kind, types]) => [...types].map(([old, now]) => ({ kind, old, now }))),
  )("$kind $old is the old name of one that is here, $now", ({ kind, old, now }) => {
    const here = componentKinds.flatMap((known) =>
      known === kind ? components[known].map((factory) => factory.type) : [],
    );
    expect(here).toContain(now);
    expect(here).not.toContain(old);
  });
});
