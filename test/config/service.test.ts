/** The `service` part, as the collector writes it and as we do. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { loadConfig } from "../../src/config/load-config.ts";
import { components, goodConfig } from "./components.ts";
import { problemsOf } from "./problems-of.ts";

/** As the real store: it has a default for everything. */
const emptyMap = z.strictObject({});

const withTelemetry = (telemetry: string) => goodConfig.replace("service:\n", `service:\n  telemetry: ${telemetry}\n`);
const serviceOf = (text: string, env: Record<string, string> = {}) =>
  loadConfig({ text, env }, components).config.service;

describe("service::telemetry", () => {
  test.each<[string, string, object]>([
    ["ours", '{ metrics: { endpoint: "localhost:0" } }', { metricsEndpoint: { host: "localhost", port: 0 } }],
    [
      "the collector's reader",
      "{ metrics: { level: detailed, readers: [ { pull: { exporter: { prometheus: { host: 127.0.0.1, port: 9 } } } } ] } }",
      { metricsEndpoint: { host: "127.0.0.1", port: 9 } },
    ],
    [
      "the collector's reader with its defaults",
      "{ metrics: { readers: [ { pull: { exporter: { prometheus: { without_units: true } } } } ] } }",
      { metricsEndpoint: { host: "localhost", port: 8888 } },
    ],
    [
      "the reader that pulls, of several",
      "{ metrics: { readers: [ { periodic: {} }, { pull: { exporter: { prometheus: { port: 9 } } } } ] } }",
      { metricsEndpoint: { host: "localhost", port: 9 } },
    ],
    ["an address", '{ metrics: { address: ":9" } }', { metricsEndpoint: { host: "localhost", port: 9 } }],
    [
      "a resource as a list",
      "{ resource: { a: b, attributes: [ { name: service.name, value: gateway } ] } }",
      { resource: { a: "b", "service.name": "gateway" } },
    ],
    ["only a level", "{ metrics: { level: basic } }", { metricsEndpoint: { host: "localhost", port: 8888 } }],
    ["a log level", "{ logs: { level: DEBUG, encoding: json } }", { logs: { level: "debug", encoding: "json" } }],
    [
      "a resource",
      "{ resource: { service.name: gateway, service.instance.id: , n: 1 } }",
      { resource: { "service.name": "gateway", "service.instance.id": null, n: 1 } },
    ],
  ])("takes %s", (_, telemetry, expected) => {
    expect(serviceOf(withTelemetry(telemetry))).toMatchObject(expected);
  });

  test.each([
    ["{ metrics: { level: none } }"],
    ['{ metrics: { level: none, endpoint: "localhost:1" } }'],
    ["{ metrics: { readers: [] } }"],
    ["{ metrics: { readers: [ { periodic: { exporter: { otlp: { endpoint: http://a } } } } ] } }"],
    ["{ logs: }"],
  ])("%s shows no numbers", (telemetry) => {
    expect(serviceOf(withTelemetry(telemetry))).not.toHaveProperty("metricsEndpoint");
  });

  test.each([
    [
      "{ metrics: { levl: basic } }",
      'service::telemetry::metrics: unknown key "levl" (line 15), did you mean "level"?',
    ],
    [
      "{ metrics: { level: loud } }",
      'service::telemetry::metrics::level: must be one of "none", "basic", "normal", "detailed" (line 15)',
    ],
    [
      '{ metrics: { endpoint: "localhost:1", readers: [] } }',
      "service::telemetry::metrics: has more than one of endpoint, readers and address, which say the same; keep one (line 15)",
    ],
    [
      "{ metrics: { readers: [ { pull: { exporter: { prometheus: {} } } }, { pull: { exporter: { prometheus: {} } } } ] } }",
      "service::telemetry::metrics::readers: may have one reader that pulls (line 15)",
    ],
    [
      "{ metrics: { readers: [ { pull: { exporter: { prometheus: { without_units: false } } } } ] } }",
      'service::telemetry::metrics::readers::0::pull::exporter::prometheus::without_units: must be one of "true" (line 15)',
    ],
    [
      "{ logs: { level: loud } }",
      'service::telemetry::logs::level: must be one of "debug", "info", "warn", "error" (line 15)',
    ],
    [
      "{ resource: { a: [1] } }",
      "service::telemetry::resource::a: must be text or a number or true or false, not a list (line 15)",
    ],
  ])("%s is refused", (telemetry, problem) => {
    expect(problemsOf({ text: withTelemetry(telemetry), env: {} }, components)).toContain(problem);
  });
});

describe("a configuration that says nothing of sessions", () => {
  const collectors = goodConfig.replace(/stores:\n.*\njudges:\n.*\n/, "").replace(/ {2}sessions: .*\n/, "");

  test("gets a store, the rules and sessions", () => {
    const { config, warnings, shown } = loadConfig(
      { text: collectors, env: {} },
      {
        ...components,
        stores: components.stores.map((store) => ({ ...store, configSchema: store.configSchema.or(emptyMap) })),
      },
    );
    expect([...config.stores.keys(), ...config.judges.keys()]).toEqual(["default", "rules"]);
    expect(config.service.sessions).toMatchObject({
      store: "default",
      judges: ["rules"],
      judgementExporters: [],
      idleTimeoutMs: 30_000,
    });
    expect(warnings).toEqual([]);
    expect(shown).toMatchObject({ service: { sessions: { store: "default", judges: ["rules"] } } });
  });

  test("uses the stores and judges that it has", () => {
    const text = `${collectors.replace("  store:\n", "  store: { store: mine }\n")}\nstores: { mine: { data_dir: x } }\njudges: { rules/a: , rules/b: { max_steps: 3 } }\n`;
    expect(serviceOf(text).sessions).toMatchObject({ store: "mine", judges: ["rules/a", "rules/b"] });
  });

  test("is warned when nothing that it takes is kept", () => {
    const text = goodConfig.replace("exporters:\n  store:", "exporters:\n  debug:").replace("[store]", "[debug]");
    expect(loadConfig({ text, env: {} }, components).warnings).toEqual([
      'service::pipelines: no pipeline exports to a store, so there will be no sessions; add the exporter "store" (line 16)',
    ]);
  });
});

describe("ids", () => {
  test.each(["debug/2", "debug/a-b.c", "debug/Ünï", "debug/a/b", `debug/${"n".repeat(1024)}`])("may be %s", (id) => {
    const text = goodConfig
      .replace("exporters:\n  store:", `exporters:\n  ? ${id}\n  :`)
      .replace("[store]", `["${id}"]`);
    expect([...loadConfig({ text, env: {} }, components).config.exporters.keys()]).toEqual([id]);
  });

  test.each([
    "debug/",
    "/a",
    "1debug",
    "de-bug",
    "debug/a b",
    "debug/€",
    "debug/a\\u0001",
    "t".repeat(64),
    `debug/${"n".repeat(1025)}`,
    "",
  ])('may not be "%s"', (id) => {
    const text = goodConfig.replace("exporters:\n  store:", `exporters:\n  store:\n  ? "${id}"\n  :`);
    expect(problemsOf({ text, env: {} }, components)).toEqual([
      expect.stringContaining('is not an id: it must be "type" or "type/name" (line 8)'),
    ]);
  });
});

describe("an authenticator that something names", () => {
  const authenticated = goodConfig.replace(
    "sessions: {",
    'api: { endpoint: "localhost:0", auth: { authenticator: "health_check/x" } }\n  sessions: {',
  );

  test("must be one of the extensions that the service starts", () => {
    expect(problemsOf({ text: authenticated, env: {} }, components)).toEqual([
      'service::api::auth::authenticator: references authenticator "health_check/x" which service::extensions does not start (line 18), did you mean "health_check"?',
    ]);
  });

  test("is found there", () => {
    const text = authenticated
      .replace("  health_check:", "  health_check/x:")
      .replace("[health_check]", "[health_check/x]");
    expect(serviceOf(text)).toMatchObject({ apiAuthenticator: "health_check/x" });
  });
});
