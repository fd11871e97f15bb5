/** How `turnwise serve` logs as the configuration says; seen at a start that warns and then fails, which it warns of, too. */
import { expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const warning = "judges::rules/b: is configured but not used by the service (--set judges.rules/b)";

async function logOf(settings: readonly string[], env: Record<string, string> = {}): Promise<readonly string[]> {
  const elsewhere = "service.telemetry.metrics={ endpoint: 192.0.2.1:1, public: false }";
  const given = ["judges.rules/b={}", elsewhere, ...settings];
  const { status, stderr } = await runCli(["serve", ...given.flatMap((setting) => ["--set", setting])], env);
  expect(status).toBe(1);
  const log = stderr.slice(0, stderr.indexOf("error [endpoint_not_local]")).split("\n").slice(0, -1);
  return log.filter((line) => !line.includes("can be reached from other machines"));
}

it.each<[string, readonly string[], unknown]>([
  ["lines of JSON, where nobody watches", [], { level: 40, msg: warning }],
  ["lines of JSON when told so", ["service.telemetry.logs.encoding=json"], { level: 40, msg: warning }],
  [
    "what the server says of itself",
    ["service.telemetry.resource={ service.name: gateway, gone: null }"],
    { msg: warning, resource: { "service.name": "gateway" } },
  ],
])("writes %s", async (_, settings, line) => {
  const lines = await logOf(settings);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject(line as object);
  expect(lines[0]).not.toContain("gone");
});

it("writes short lines when told so", async () => {
  const lines = await logOf(["service.telemetry.logs.encoding=console"]);
  expect(lines).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d warn {2}judges::rules\/b: is configured/)]);
});

it("leaves out what is below the level, for which the environment has the last word", async () => {
  const quiet = ["service.telemetry.logs.level=error"];
  expect(await logOf(quiet)).toEqual([]);
  expect(await logOf(quiet, { TURNWISE_LOG_LEVEL: "warn" })).toHaveLength(1);
});
