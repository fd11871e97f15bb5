import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { ConfigError } from "../../src/model/errors.ts";
import { components, goodConfig } from "./components.ts";
import { problemsOf as allProblemsOf } from "./problems-of.ts";

const load = (text: string, env: Record<string, string> = {}) => loadConfig({ text, env }, components);

const problemsOf = (text: string, env: Record<string, string> = {}) => allProblemsOf({ text, env }, components);

describe("a good configuration", () => {
  test("is read with every default", () => {
    const { config, warnings } = load(goodConfig);
    expect(warnings).toEqual([]);
    expect(config.receivers.get("otlp")?.config).toEqual({
      protocols: { http: { endpoint: { host: "localhost", port: 0 } } },
    });
    expect(config.processors.get("limiter")?.config).toEqual({ check_interval: 1000, limit_mib: 100 });
    expect(config.exporters.get("store")).toEqual({ id: "store", type: "store", config: { store: "default" } });
    expect(config.stores.get("default")?.type).toBe("sqlite");
    expect(config.service).toEqual({
      extensions: ["health_check"],
      pipelines: [
        { id: "traces", signal: "traces", receivers: ["otlp"], processors: ["limiter"], exporters: ["store"] },
      ],
      sessions: {
        store: "default",
        judges: ["rules"],
        evaluators: [],
        judgementExporters: [],
        idleTimeoutMs: 30_000,
        maxDurationMs: 600_000,
        conversationKeys: [],
        prices: { models: [] },
        transcripts: {
          llm: {
            api_key: "",
            base_url: "https://api.openai.com/v1",
            model: "gpt-5.4-mini",
            timeout: 60_000,
            max_input_tokens: 16_000,
          },
          speech: {
            provider: "elevenlabs",
            api_key: "",
            timeout: 600_000,
            connect_timeout: 10_000,
            max_concurrency: 2,
          },
          max_recording_mb: 100,
        },
      },
      evaluation: {
        concurrency: 8,
        limits: { maxDatasetBytes: 268_435_456, maxDatasetItems: 1_000_000, requestsPerMinute: 600 },
      },
      apiEndpoint: { host: "localhost", port: 8000 },
      logs: {},
      resource: {},
      metricsPublic: false,
    });
  });

  test("may name several components of one type, and pipelines", () => {
    const { config } = load(
      goodConfig
        .replace("exporters:\n  store:", "exporters:\n  store:\n  debug/a:\n  debug/b: { verbosity: detailed }")
        .replace("    traces:", "    traces/b: { receivers: [otlp], exporters: [debug/a, debug/b] }\n    traces:"),
    );
    expect(config.exporters.get("debug/b")).toEqual({
      id: "debug/b",
      type: "debug",
      config: { verbosity: "detailed" },
    });
    expect(config.service.pipelines.map(({ id, signal }) => [id, signal])).toEqual([
      ["traces/b", "traces"],
      ["traces", "traces"],
    ]);
  });

  test("takes a key without a value as absent, or as the component says", () => {
    const { config } = load(
      goodConfig
        .replace('{ http: { endpoint: "localhost:0" } }', "{ http: }")
        .replace("  rules: {}", "  rules: { max_steps: }"),
    );
    expect(config.receivers.get("otlp")?.config).toEqual({
      protocols: { http: { endpoint: { host: "localhost", port: 4318 } } },
    });
    expect(config.judges.get("rules")?.config).toMatchObject({ max_steps: 30 });
  });

  test("can be sent to another thread", () => {
    const { config } = load(goodConfig);
    expect(structuredClone(config)).toEqual(config);
  });

  test("warns of what is configured and not used", () => {
    const { warnings } = load(goodConfig.replace("  rules: {}", "  rules: {}\n  rules/strict: {}"));
    expect(warnings).toEqual(["judges::rules/strict: is configured but not used by the service (line 14)"]);
  });

  test("is read from a file, whose path is told", () => {
    const path = join(mkdtempSync(join(tmpdir(), "turnwise-")), "mine.yaml");
    writeFileSync(path, goodConfig);
    expect(loadConfig({ locations: [path], env: {} }, components).sources).toEqual([path]);
  });
});

describe("a wrong configuration", () => {
  const cases: readonly [name: string, change: [from: string, to: string], problem: string][] = [
    [
      "an unknown key in a component",
      ["  rules: {}", "  rules:\n    max_step: 3"],
      'judges::rules: unknown key "max_step" (line 14), did you mean "max_steps"?',
    ],
    [
      "an unknown key deep inside",
      ["{ http:", "{ grpc: {}, http:"],
      'receivers::otlp::protocols: unknown key "grpc" (line 3)',
    ],
    [
      "an unknown key behind a preprocessed part",
      ['"localhost:0"', '"localhost:0", endpont: x'],
      'receivers::otlp::protocols::http: unknown key "endpont" (line 3), did you mean "endpoint"?',
    ],
    [
      "an unknown key at the root",
      ["judges:", "judgs: {}\njudges:"],
      'unknown key "judgs" (line 12), did you mean "judges"?',
    ],
    [
      "an unknown key in the service",
      ["  extensions: [h", "  extension: []\n  extensions: [h"],
      'service: unknown key "extension" (line 15), did you mean "extensions"?',
    ],
    [
      "an unknown key in a pipeline",
      ["processors: [limiter]", "processor: [limiter]"],
      'service::pipelines::traces: unknown key "processor" (line 17), did you mean "processors"?',
    ],
    [
      "an unknown key that has no value",
      ["  rules: {}", "  rules:\n    max_step:"],
      'judges::rules: unknown key "max_step" (line 14), did you mean "max_steps"?',
    ],
    [
      "an unknown type",
      ["  otlp: {", "  otlpp: {"],
      'receivers::otlpp: unknown receiver type "otlpp" (line 3), did you mean "otlp"?',
    ],
    [
      "a store of an unknown kind",
      ["data_dir: ./data", "url: mysql://x"],
      'stores::default: unknown store type "mysql" (line 11): "turnwise components" lists what there is; use one of them, or remove it',
    ],
    [
      "an id that is none",
      ["  rules: {}", '  "rules/": {}'],
      'judges::rules/: is not an id: it must be "type" or "type/name" (line 13)',
    ],
    [
      "a key named __proto__",
      ["  rules: {}", "  rules: { __proto__: { a: 1 } }"],
      'judges::rules: unknown key "__proto__" (line 13)',
    ],
    [
      "an id named __proto__",
      ["  rules: {}", "  rules: {}\n  __proto__: {}"],
      'judges::__proto__: is not an id: it must be "type" or "type/name" (line 14)',
    ],
    [
      "a wrong type",
      ["  rules: {}", "  rules: { max_steps: many }"],
      "judges::rules::max_steps: must be a number, not text (line 13)",
    ],
    [
      "a fraction",
      ["  rules: {}", "  rules: { max_steps: 1.5 }"],
      "judges::rules::max_steps: must be a whole number, not a fraction (line 13)",
    ],
    [
      "text for a list",
      ["  rules: {}", "  rules: { disable: loop }"],
      "judges::rules::disable: must be a list, not text (line 13)",
    ],
    ["a list for a map", ["  rules: {}", "  rules: [a]"], "judges::rules: must be a map, not a list (line 13)"],
    ["a list of components", ["judges:\n  rules: {}", "judges: [rules]"], "judges: must be a map (line 12)"],
    [
      "too much",
      ["{ check_interval: 1s }", "{ check_interval: 1s, limit_mib: 9001 }"],
      "processors::limiter::limit_mib: must be at most 9000 (line 5)",
    ],
    [
      "too little",
      ["{ check_interval: 1s }", "{ check_interval: 1s, limit_mib: 0 }"],
      "processors::limiter::limit_mib: must be at least 1 (line 5)",
    ],
    [
      "a missing setting",
      ["{ check_interval: 1s }", "{}"],
      "processors::limiter::check_interval: is required (line 5)",
    ],
    [
      "a duration without a unit",
      ["check_interval: 1s", "check_interval: 30"],
      'processors::limiter::check_interval: is not a duration such as "200ms", "5s" or "1m30s" (line 5)',
    ],
    [
      "an endpoint without a port",
      ['"localhost:0"', "localhost"],
      'receivers::otlp::protocols::http::endpoint: is not an endpoint such as "localhost:4318" or "[::1]:4318" (line 3)',
    ],
    [
      "a choice that is none",
      ["  store:\n", "  store:\n  debug: { verbosity: loud }\n"],
      'exporters::debug::verbosity: must be one of "basic", "detailed" (line 8)',
    ],
    [
      "a receiver that is not configured",
      ["[otlp]", "[otlp, otlp/2]"],
      'service::pipelines::traces: references receiver "otlp/2" which is not configured (line 17), did you mean "otlp"?',
    ],
    [
      "a processor that is not configured",
      ["[limiter]", "[batch]"],
      'service::pipelines::traces: references processor "batch" which is not configured (line 17)',
    ],
    [
      "a processor named twice",
      ["[limiter]", "[limiter, limiter]"],
      'service::pipelines::traces: references processor "limiter" multiple times (line 17)',
    ],
    [
      "an extension that is not configured",
      ["[health_check]", "[health]"],
      'service::extensions: references extension "health" which is not configured (line 15)',
    ],
    [
      "a store that is not configured",
      ["store: default", "store: defalt"],
      'service::sessions: references store "defalt" which is not configured (line 18), did you mean "default"?',
    ],
    [
      "an exporter's store that is not configured",
      ["exporters:\n  store:", "exporters:\n  store: { store: other }"],
      'exporters::store: references store "other" which is not configured (line 7)',
    ],
    [
      "a judge that is not configured",
      ["judges: [rules]", "judges: [rules, llm]"],
      'service::sessions: references judge "llm" which is not configured (line 18)',
    ],
    [
      "a pipeline of no signal",
      ["    traces:", "    trace:"],
      'service::pipelines: unknown pipeline "trace" (line 17), did you mean "traces"?',
    ],
    [
      "a pipeline without receivers",
      ["[otlp]", "[]"],
      "service::pipelines::traces: must have at least one receiver (line 17)",
    ],
    [
      "a pipeline without exporters",
      ["[store]", "[]"],
      "service::pipelines::traces: must have at least one exporter (line 17)",
    ],
    [
      "an idle timeout of nothing",
      ["judges: [rules]", "judges: [rules], idle_timeout: 0s"],
      "service::sessions::idle_timeout: must be greater than zero (line 18)",
    ],
  ];

  test.each(cases)("%s is named with its path and line", (_, [from, to], problem) => {
    expect(goodConfig).toContain(from);
    expect(problemsOf(goodConfig.replace(from, to))).toContain(problem);
  });

  test("without pipelines is refused", () => {
    const text = goodConfig.replace(/ {2}pipelines:\n.*\n/, "");
    expect(problemsOf(text)).toContain("service::pipelines: service must have at least one pipeline (line 14)");
  });

  test("without a service is refused", () => {
    expect(problemsOf(goodConfig.slice(0, goodConfig.indexOf("service:")))).toContain("service: is required (line 2)");
  });

  test("tells everything at once, in the order of the file", () => {
    const text = goodConfig
      .replace("check_interval: 1s", "check_interval: soon")
      .replace("  rules: {}", "  rules: { max_step: 1, disable: 2 }")
      .replace("[limiter]", "[limitr]")
      .replace("sessions:", "session:");
    expect(problemsOf(text)).toEqual([
      expect.stringContaining("processors::limiter::check_interval:"),
      expect.stringContaining("judges::rules::disable:"),
      expect.stringContaining('judges::rules: unknown key "max_step"'),
      'service::pipelines::traces: references processor "limitr" which is not configured (line 17), did you mean "limiter"?',
      'service: unknown key "session" (line 18), did you mean "sessions"?',
    ]);
  });

  test("is one error that the command can print", () => {
    expect(() => load("receivers: 1")).toThrow(ConfigError);
  });

  test("an empty text where there must be one", () => {
    expect(problemsOf(goodConfig.replace("data_dir: ./data", 'data_dir: ""'))).toEqual([
      "stores::default::data_dir: must not be empty (line 11)",
    ]);
  });

  test("a folder in place of a file is named", () => {
    expect(() => loadConfig({ locations: ["/"], env: {} }, components)).toThrow("cannot read /: it is a folder");
  });

  test("a file that is not there is named", () => {
    expect(() => loadConfig({ locations: ["/nowhere/otel.yaml"], env: {} }, components)).toThrow(
      "cannot read /nowhere/otel.yaml: there is no such file",
    );
  });
});

describe("text that is not a configuration", () => {
  test.each([
    ["an empty file", "", "empty configuration file"],
    ["only a comment", "# nothing\n", "empty configuration file"],
    ["a scalar", "hello", "must be a map (line 1)"],
    ["a duplicate key", "judges:\n  rules: {}\n  rules: {}\n", "not valid YAML: Map keys must be unique (line 3)"],
    ["an open list", "a: [1,\nb: 2\n", "(line 2)"],
    ["a tab", "a:\n\tb: 1\n", "(line 2)"],
    ["several documents", "a: 1\n---\nb: 2\n", "(line 2)"],
    ["an alias without anchor", "a: *b\n", 'there is no anchor "b" before its alias (line 1)'],
    ["a map that contains itself", "judges: &a\n  rules: *a\n", "nested deeper than 64 levels, or containing itself"],
    ["a list of lists of lists", `a: ${"[".repeat(50_000)}`, "nested deeper than 64 levels"],
    ["balanced nesting", `a: ${"[".repeat(5000)}${"]".repeat(5000)}`, "nested deeper than 64 levels"],
    ["nested maps", `${"{a: ".repeat(5000)}1${"}".repeat(5000)}`, "nested deeper than 64 levels"],
    ["compact nesting", `${"- ".repeat(5000)}1`, "nested deeper than 64 levels"],
    ["a path of many keys", `? "${"::".repeat(64)}"\n: 1`, "nested deeper than 64 levels (line 1)"],
    ["compact keys", `${"? ".repeat(5000)}1`, "nested deeper than 64 levels"],
  ])("%s is refused", (_, text, problem) => {
    expect(problemsOf(text).join("\n")).toContain(problem);
  });

  test("an alias bomb is refused", () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const entries = Array.from({ length: 9 }, () => (level === 0 ? "x" : `*a${level - 1}`));
      return `a${level}: &a${level} [${entries.join(",")}]\n`;
    });
    expect(problemsOf(levels.join("")).join("\n")).toContain("more than 100000 values, every alias followed (line");
  });
});
