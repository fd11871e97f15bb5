/** The commands that read a configuration and start nothing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { collectorConfigPath } from "../support/collector-config.ts";
import { emptyFolder, runCli } from "./run-cli.ts";

const packaged = fileURLToPath(new URL("../../otel-config.yaml", import.meta.url));

/** A folder with these files in it. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = emptyFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("validate", () => {
  it("takes several configurations and settings, and prints warnings", async () => {
    const folder = folderWith({ "more.yaml": "judges: { rules/more: }\n" });
    const args = ["--config", packaged, "--config", "more.yaml", "--set", "judges.llm.temperature=1"];
    const { status, stdout, stderr } = await runCli(["validate", ...args], {}, folder);
    expect([status, stdout]).toEqual([0, `${packaged}, more.yaml, --set judges.llm.temperature is valid\n`]);
    expect(stderr).toBe("warning judges::rules/more: is configured but not used by the service (more.yaml, line 1)\n");
  });

  it("tells everything as JSON", async () => {
    const folder = folderWith({ "more.yaml": "judges: { rules/more: }\n" });
    const good = await runCli(["validate", "--json", "--config", packaged, "--config", "more.yaml"], {}, folder);
    expect([good.status, JSON.parse(good.stdout)]).toEqual([
      0,
      { valid: true, warnings: [expect.stringContaining("rules/more")], sources: [packaged, "more.yaml"] },
    ]);
    const bad = await runCli(["validate", "--json", "--set", "judges.rules.x=1", "--set", "y=1"], {}, folder);
    expect([bad.status, JSON.parse(bad.stdout)]).toEqual([
      1,
      {
        valid: false,
        problems: ['judges::rules: unknown key "x" (--set judges.rules.x)', 'unknown key "y" (--set y)'],
      },
    ]);
  });

  it("reads the price file that the configuration names", async () => {
    const folder = folderWith({ "prices.json": '{"prices":[{"models":["m"],"input":1,"output":-2}]}' });
    const args = ["--config", packaged, "--set", "service.sessions.prices.file=prices.json"];
    const { status, stdout, stderr } = await runCli(["validate", ...args], {}, folder);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/service::sessions::prices::file: .*prices\.json.*prices::0::output/);
  });

  it("says of a configuration of the collector's own what is not here", async () => {
    const { status, stdout, stderr } = await runCli(["validate", "--config", collectorConfigPath]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/processors::batch: unknown processor type "batch", .+: not needed, .+; remove it\n/);
    expect(stderr.match(/unknown \w+ type/g)).toHaveLength(7);
  });
});

describe("print-config", () => {
  it("shows as YAML what the server would run with", async () => {
    const args = [
      "--set",
      "service.api.endpoint=localhost:${env:PORT}",
      "--set",
      "processors.memory_limiter.limit_mib=9",
    ];
    const { status, stdout, stderr } = await runCli(["print-config", ...args], { PORT: "81" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(parse(stdout)).toMatchObject({
      processors: { memory_limiter: { check_interval: "1s", limit_mib: 9 } },
      service: { api: { endpoint: "localhost:81" }, sessions: { idle_timeout: "30s" } },
    });
    const again = folderWith({ "otel-config.yaml": stdout });
    expect((await runCli(["print-config"], {}, again)).stdout).toBe(stdout);
  });

  it("shows it as JSON, and no secret in either form", async () => {
    const env = { TURNWISE_LLM_API_KEY: "hunter2", MODEL_TOKEN: "hunter2" };
    const args = ["--set", "judges.llm.model=${env:MODEL_TOKEN}", "--set", "stores.b.url=sqlite://me:hunter2@host/"];
    const json = await runCli(["print-config", "--json", ...args], env);
    const yaml = await runCli(["print-config", ...args], env);
    expect(json.stdout + json.stderr + yaml.stdout + yaml.stderr).not.toContain("hunter2");
    expect(JSON.parse(json.stdout)).toMatchObject({
      judges: { llm: { api_key: "[REDACTED]", model: "[REDACTED]" } },
      stores: { b: { url: "sqlite://[REDACTED]@host/" } },
    });
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
  });

  it("shows what is wrong instead, and warnings beside", async () => {
    const wrong = await runCli(["print-config", "--set", "judges.rules.x=1"]);
    expect([wrong.status, wrong.stdout]).toEqual([1, ""]);
    expect(wrong.stderr).toContain('error [config_invalid] judges::rules: unknown key "x"');
    const odd = await runCli(["print-config", "--set", "judges.rules/b={}"]);
    expect([odd.status, odd.stderr]).toEqual([0, expect.stringMatching(/^warning judges::rules\/b: .+\n$/)]);
  });
});

describe("components", () => {
  const typeSchema = z.strictObject({
    type: z.string(),
    description: z.string().min(10),
    stability: z.enum(["development", "alpha", "beta", "stable"]),
    aliases: z.array(z.string()),
  });

  it("are listed with their stability and their old names", async () => {
    const { stdout } = await runCli(["components", "--json"]);
    const kinds = z.record(z.string(), z.array(typeSchema)).parse(JSON.parse(stdout));
    expect(Object.keys(kinds)).toEqual([
      "receivers",
      "processors",
      "exporters",
      "extensions",
      "stores",
      "judges",
      "evaluators",
    ]);
    const exporters = kinds["exporters"]?.map(({ type, aliases }) => [type, aliases]);
    expect(exporters).toEqual(
      expect.arrayContaining([
        ["otlp_http", ["otlphttp"]],
        ["otlp_grpc", ["otlp"]],
      ]),
    );
    const { stdout: shown } = await runCli(["components"]);
    expect(shown).toMatch(/^ {2}otlp_http +beta +\S.* Also called otlphttp\.$/m);
  });
});
