/** Library x way of loading x scenario: the server must know of each conversation what the program did, no more, no less. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { type App, apps } from "./apps.ts";
import { observe } from "./observed.ts";
import { type Load, runCell } from "./run-cell.ts";
import { type Scenario, type ScenarioName, scenarios } from "./scenarios.ts";
import { type ScriptedProvider, startScriptedProvider } from "./scripted-provider.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const loads: readonly Load[] = ["import first", "node --import", "require"];
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the record
const names = Object.keys(scenarios) as ScenarioName[];

let server: TestServer;
let provider: ScriptedProvider;
beforeAll(async () => {
  [server, provider] = await Promise.all([startTestServer(), startScriptedProvider()]);
});
afterAll(async () => {
  await Promise.all([server.stop(), provider.close()]);
});

async function run(app: App, load: Load, name: ScenarioName) {
  const cell = `${app.name}-${name}-${load}`.replaceAll(/[^a-z0-9]+/g, "-");
  const scenario: Scenario = scenarios[name];
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpUrl, OTEL_SERVICE_NAME: "matrix" };
  const url = provider.play(cell, scenario);
  return { cell, ...(await runCell({ app, load, scenario, conversation: cell, url, project, env })) };
}

describe.concurrent.each(apps.map((app) => [app.name, app] as const))("%s", (_, app) => {
  describe.each(names)("%s", (name) => {
    const { truth, modelCalls } = { ...scenarios[name], ...app.differences?.[name] };
    let bare: ReturnType<typeof run> | undefined;
    const withoutUs = async (): ReturnType<typeof run> => (bare ??= run(app, "uninstrumented", name));

    describe.each(loads)("%s", (load) => {
      it("is known as it was, and nothing in it changed", { timeout: 60_000 }, async ({ expect }) => {
        const [instrumented, uninstrumented] = await Promise.all([run(app, load, name), withoutUs()]);
        expect(uninstrumented.code, uninstrumented.stderr).toBe(0);
        expect(instrumented.stdout.replaceAll(instrumented.cell, uninstrumented.cell)).toBe(uninstrumented.stdout);
        expect(instrumented.code, instrumented.stderr).toBe(0);
        const expected = { turns: truth, modelCalls };
        const isWhole = (seen: object): boolean => JSON.stringify(seen) === JSON.stringify(expected);
        expect(await observe(server, instrumented.cell, isWhole), instrumented.stderr).toEqual(expected);
      });
    });
  });
});
