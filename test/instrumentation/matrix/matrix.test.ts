/** Library x way of loading x scenario: the server must know of each conversation what the program did, no more, no less. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/server.ts";
import { createAppProject } from "./app-project.ts";
import type { App } from "./apps.ts";
import { appsOf, type Installation, installationsOf, own } from "./installations.ts";
import { observe } from "./observed.ts";
import { launcherOf, type Load, writeLaunchers } from "./launchers.ts";
import { runCell } from "./run-cell.ts";
import { type Scenario, type ScenarioName, scenarioNames, scenarios } from "./scenarios.ts";
import { type ScriptedProvider, startScriptedProvider } from "./scripted-provider.ts";

const rows = installationsOf(process.env["TURNWISE_MATRIX"]).flatMap((installation) =>
  appsOf(installation).map((app) => {
    const name = installation === own ? app.name : `${app.name}, ${installation.name}`;
    return [name, app, installation] as const;
  }),
);

let server: TestServer;
let provider: ScriptedProvider;
beforeAll(async () => {
  [server, provider] = await Promise.all([startTestServer(), startScriptedProvider()]);
});
afterAll(async () => {
  await Promise.all([server.stop(), provider.close()]);
});

interface Cell {
  readonly app: App;
  readonly installation: Installation;
  readonly project: string;
  readonly scenario: ScenarioName;
}

async function run({ app, installation: { name, node }, project, scenario: scenarioName }: Cell, load: Load) {
  const cell = `${name} ${app.name} ${scenarioName} ${load}`.replaceAll(/[^a-z0-9]+/g, "-");
  const scenario: Scenario = scenarios[scenarioName];
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpUrl, OTEL_SERVICE_NAME: "matrix" };
  const url = provider.play(cell, scenario);
  return { cell, ...(await runCell({ project, load, scenario, conversation: cell, url, env, node })) };
}

describe.concurrent.each(rows)("%s", (_, app, installation) => {
  let project: string;
  let isKept = false;
  beforeAll(() => {
    project = createAppProject(app, installation.folder);
    writeLaunchers(app, project);
  });
  // A project whose cells failed stays, to be looked at.
  afterAll(() => {
    if (!isKept) rmSync(project, { recursive: true });
  });

  const loadsOf = installation.cellsOf(app);
  describe.each(scenarioNames.filter((scenario) => loadsOf(scenario).length > 0))("%s", (scenario) => {
    const { truth, modelCalls } = { ...scenarios[scenario], ...app.differences?.[scenario] };
    let bare: ReturnType<typeof run> | undefined;
    const withoutUs = async (): ReturnType<typeof run> =>
      (bare ??= run({ app, installation, project, scenario }, "uninstrumented"));

    describe.each(loadsOf(scenario))("%s", (load) => {
      it("is known as it was, and nothing in it changed", { timeout: 120_000 }, async ({ expect, onTestFailed }) => {
        onTestFailed(() => {
          isKept = true;
        });
        const [instrumented, uninstrumented] = await Promise.all([
          run({ app, installation, project, scenario }, load),
          withoutUs(),
        ]);
        const report = `${launcherOf(project, load)} printed:\n${instrumented.stdout}${instrumented.stderr}`;
        expect(uninstrumented.code, uninstrumented.stderr).toBe(0);
        expect(instrumented.stdout.replaceAll(instrumented.cell, uninstrumented.cell), report).toBe(
          uninstrumented.stdout,
        );
        expect(instrumented.code, report).toBe(0);
        const expected = { turns: truth, modelCalls };
        const isWhole = (seen: object): boolean => JSON.stringify(seen) === JSON.stringify(expected);
        expect(await observe(server, instrumented.cell, isWhole), report).toEqual(expected);
      });
    });
  });
});
