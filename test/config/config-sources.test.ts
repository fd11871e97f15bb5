/** Several `--config` and `--set`, as the collector takes them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ConfigSource } from "../../src/config/config-sources.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { components, goodConfig } from "./components.ts";
import { problemsOf } from "./problems-of.ts";
import { processorMs } from "../support/processor-ms.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const good = file("good.yaml", goodConfig);
const load = (source: Partial<ConfigSource>) => loadConfig({ env: {}, ...source }, components);
const problems = (source: Partial<ConfigSource>) => problemsOf({ env: {}, ...source }, components);
const limiterOf = (source: Partial<ConfigSource>) => load(source).config.processors.get("limiter")?.config;

describe("several configurations", () => {
  test("merge: maps by key, and everything else is replaced by the later one", () => {
    const more = file(
      "more.yaml",
      `
processors: { limiter: { limit_mib: 7 }, limiter/b: { check_interval: 3s } }
exporters: { debug: { verbosity: detailed } }
service:
  pipelines:
    traces: { processors: [limiter/b, limiter], exporters: [debug] }
    logs: { receivers: [otlp], exporters: [store] }
`,
    );
    const { config, sources } = load({ locations: [good, more] });
    expect(config.processors.get("limiter")?.config).toEqual({ check_interval: 1000, limit_mib: 7 });
    expect(config.service.pipelines).toEqual([
      {
        id: "traces",
        signal: "traces",
        receivers: ["otlp"],
        processors: ["limiter/b", "limiter"],
        exporters: ["debug"],
      },
      { id: "logs", signal: "logs", receivers: ["otlp"], processors: [], exporters: ["store"] },
    ]);
    expect(sources).toEqual([good, more]);
  });

  test.each<[string, string, Record<string, string>]>([
    ["a path", file("path.yaml", "processors: { limiter: { limit_mib: 9 } }"), {}],
    ["file:", `file:${file("file.yaml", "processors: { limiter: { limit_mib: 9 } }")}`, {}],
    ["env:", "env:MORE", { MORE: "processors: { limiter: { limit_mib: 9 } }" }],
    ["yaml:", "yaml:processors: { limiter: { limit_mib: 9 } }", {}],
    ["yaml: with a path for a key", "yaml:processors::limiter::limit_mib: 9", {}],
    ["yaml: with a variable", "yaml:processors::limiter::limit_mib: ${env:MIB}", { MIB: "9" }],
  ])("come from %s", (_, location, env) => {
    expect(limiterOf({ locations: [good, location], env })).toEqual({ check_interval: 1000, limit_mib: 9 });
  });

  test("are given several paths of one map in one of them", () => {
    const text = "yaml:{ processors::limiter::limit_mib: 9, processors::limiter::check_interval: 4s }";
    expect(limiterOf({ locations: [good, text] })).toEqual({ check_interval: 4000, limit_mib: 9 });
  });

  test("may be empty, but not all of them", () => {
    const empty = file("empty.yaml", "# nothing\n");
    expect(limiterOf({ locations: [empty, good, empty] })).toEqual({ check_interval: 1000, limit_mib: 100 });
    expect(limiterOf({ locations: [good, "yaml:null"] })).toEqual({ check_interval: 1000, limit_mib: 100 });
    expect(problems({ locations: [empty, "yaml:", "yaml:~"] })).toEqual(["empty configuration file"]);
  });

  test("warn where one takes a map away, and say so too when that is what is wrong", () => {
    const wipe = file("wipe.yaml", "judges:\n  rules:\nprocessors:\n");
    const settings = ["processors.limiter.check_interval=1s"];
    const strict = file("strict.yaml", goodConfig.replace("rules: {}", "rules: { max_steps: 3 }"));
    const gone = "has no value here, which takes away what was configured before; {} would keep it";
    const { warnings, config } = load({ locations: [strict, wipe], settings });
    expect(warnings).toEqual([
      `judges::rules: ${gone} (${wipe}, line 2)`,
      `processors: ${gone} (--set processors.limiter.check_interval)`,
    ]);
    expect(config.judges.get("rules")?.config).toMatchObject({ max_steps: 30 });
    expect(problems({ locations: [good, wipe] })).toEqual([
      expect.stringContaining('references processor "limiter" which is not configured'),
      `processors: ${gone} (${wipe}, line 3)`,
    ]);
    expect(load({ locations: [good, "yaml:processors: {}"] }).warnings).toEqual([]);
  });

  test("say of each problem in which of them it stands", () => {
    const more = file("typo.yaml", "\n\nprocessors:\n  limiter: { limit_mb: 7 }\n");
    const sources = {
      locations: [good, more, "yaml:service::sessions::stor: x", "env:MORE"],
      settings: ["judges.rules.max_steps=many"],
      env: { MORE: "exporters: { store: 1 }" },
    };
    expect(problems(sources)).toEqual([
      `processors::limiter: unknown key "limit_mb" (${more}, line 4), did you mean "limit_mib"?`,
      'service::sessions: unknown key "stor" (--config 3, line 1), did you mean "store"?',
      "exporters::store: must be a map, not a number (env:MORE, line 1)",
      "judges::rules::max_steps: must be a number, not text (--set judges.rules.max_steps)",
    ]);
  });

  test("that cannot be read or parsed are all named at once", () => {
    expect(
      problems({ locations: ["nowhere.yaml", "http://x/y.yaml", "env:NOT_SET", good], settings: ["x", "=1"] }),
    ).toEqual([
      "cannot read nowhere.yaml: there is no such file",
      "--config http: is not supported, only a path, file:, env: and yaml: are",
      "--config env:NOT_SET: the environment variable is not set",
      '--set: must be a path and a value, as in "processors.memory_limiter.check_interval=2s"',
      '--set: must be a path and a value, as in "processors.memory_limiter.check_interval=2s"',
    ]);
    expect(problems({ locations: [good, "yaml:[a]", "yaml:b", good] })).toEqual([
      "must be a map (--config 2, line 1)",
      "must be a map (--config 3, line 1)",
    ]);
    expect(problems({ locations: [good, "yaml:a: [1", "yaml:b:\n\tc: 1"] })).toEqual([
      expect.stringMatching(/^not valid YAML: .+ \(--config 2, line 1\)$/),
      expect.stringMatching(/^not valid YAML: .+ \(--config 3, line 2\)$/),
    ]);
  });
});

describe("--set", () => {
  test.each<[string, string, unknown]>([
    ["a number", "processors.limiter.limit_mib=5", { limit_mib: 5 }],
    ["a duration", "processors.limiter.check_interval=2s", { check_interval: 2000 }],
    ["spaces around", " processors.limiter.check_interval = 2s ", { check_interval: 2000 }],
    ["the path in the other form", "processors::limiter.limit_mib=5", { limit_mib: 5 }],
    ["a variable", "processors.limiter.limit_mib=${env:N}", { limit_mib: 6 }],
    ["a map, which is merged", "processors.limiter={ limit_mib: 5 }", { limit_mib: 5 }],
  ])("takes %s", (_, setting, changed) => {
    const expected = { check_interval: 1000, limit_mib: 100, ...(changed as object) };
    expect(limiterOf({ text: goodConfig, settings: [setting], env: { N: "6" } })).toEqual(expected);
  });

  test("wins over every configuration, the last one over the others, and replaces lists", () => {
    const settings = ["processors.limiter.limit_mib=5", "processors.limiter.limit_mib=6", "judges.rules.disable=[b]"];
    const locations = [good, "yaml:processors::limiter::limit_mib: 4", "yaml:judges::rules::disable: [a, c]"];
    const { config } = load({ locations, settings });
    expect(config.processors.get("limiter")?.config).toMatchObject({ limit_mib: 6 });
    expect(config.judges.get("rules")?.config).toMatchObject({ disable: ["b"] });
  });

  test("reaches a component with a name", () => {
    const text = goodConfig.replaceAll("limiter", "limiter/b");
    const { config } = load({ text, settings: ["processors.limiter/b.limit_mib=5"] });
    expect(config.processors.get("limiter/b")?.config).toMatchObject({ limit_mib: 5 });
  });

  test("never shows a value in a message", () => {
    const text = problems({
      text: goodConfig,
      settings: ["judges.rules.max_steps=hunter2", "judges.llm.api_kee=hunter2"],
    });
    expect(text).toHaveLength(3);
    expect(text.join("\n")).not.toContain("hunter2");
  });
});

describe("YAML's own ways of saying a thing once", () => {
  test.each([
    ["a map", "<<: *common", { check_interval: 5000, limit_mib: 3 }],
    ["a list of maps, whose first wins", "<<: [*common, *other]", { check_interval: 5000, limit_mib: 3 }],
    ["a map, and the own keys win", "limit_mib: 4, <<: *common", { check_interval: 5000, limit_mib: 4 }],
  ])("merges the keys of %s", (_, merge, expected) => {
    const anchors = [
      "  limiter/common: &common { check_interval: 5s, limit_mib: 3 }",
      "  limiter/other: &other { check_interval: 6s, limit_mib: 8 }",
    ];
    const text = goodConfig.replace(
      "  limiter: { check_interval: 1s }",
      `${anchors.join("\n")}\n  limiter: { ${merge} }`,
    );
    expect(limiterOf({ text })).toEqual(expected);
  });

  test.each([
    ["a text to merge", "<<: text", '"<<" must name a map or a list of maps (line 5)'],
    ["a key that is a list", "? [a]\n  : 1", "a key must be text (line 5)"],
  ])("refuses %s", (_, entry, problem) => {
    const text = goodConfig.replace(
      "  limiter: { check_interval: 1s }",
      `  ${entry}\n  limiter: { check_interval: 1s }`,
    );
    expect(problems({ text })).toEqual([problem]);
  });

  test("an alias stands for what its anchor had before it", () => {
    const text = goodConfig
      .replace("{ check_interval: 1s }", "{ check_interval: &time 1s, limit_mib: &n 5 }")
      .replace("judges: [rules]", "judges: [rules], idle_timeout: *time")
      .replace("rules: {}", "rules: { max_steps: *n }");
    const { config } = load({ text });
    expect(config.service.sessions.idleTimeoutMs).toBe(1000);
    expect(config.judges.get("rules")?.config).toMatchObject({ max_steps: 5 });
  });

  test("a hundred thousand aliases of a large list cost no more than their limit", () => {
    const list = `[${Array.from({ length: 1000 }, (_, index) => index).join(",")}]`;
    let told: unknown;
    const spent = processorMs(() => (told = problems({ text: `a: &a ${list}\nb: [${"*a,".repeat(100_000)}]\n` })));
    expect(told).toEqual(["more than 100000 values, every alias followed (line 1)"]);
    expect(spent).toBeLessThan(10_000);
  });
});
