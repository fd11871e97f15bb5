/** Library x way of loading x scenario: the server must know of each conversation what the program did, no more, no less. */
import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startTestServer, type TestServer } from "../../support/server.ts";
import type { AppResult } from "../run-app.ts";
import { createAppProject } from "./app-project.ts";
import type { App } from "./apps.ts";
import { appsOf, type Installation, installationsOf, own } from "./installations.ts";
import { observe, type Observed } from "./observed.ts";
import { launcherOf, type Load, writeLaunchers } from "./launchers.ts";
import { runCells } from "./run-cells.ts";
import { scenarios } from "./scenarios.ts";
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

interface Program {
  readonly app: App;
  readonly installation: Installation;
  readonly project: string;
}

/** By the names of the scenarios. */
type ByScenario<T> = Readonly<Record<string, T>>;

const byScenario = <T>(
  { installation }: Program,
  valueOf: (name: Installation["scenarios"][number]) => T,
): ByScenario<T> => Object.fromEntries(installation.scenarios.map((name) => [name, valueOf(name)]));

const cellOf = ({ app, installation }: Program, scenario: string, load: Load): string =>
  `${installation.name} ${app.name} ${scenario} ${load}`.replaceAll(/[^a-z0-9]+/g, "-");

async function run(program: Program, load: Load): Promise<AppResult> {
  const { installation, project } = program;
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpUrl,
    OTEL_SERVICE_NAME: "matrix",
    // When a process ends, two seconds are left for sending: too few where many begin and end side by side.
    TURNWISE_EXIT_TIMEOUT: "30000",
  };
  const cells = installation.scenarios.map((name) => {
    const conversation = cellOf(program, name, load);
    return { scenario: scenarios[name], conversation, url: provider.play(conversation, scenarios[name]) };
  });
  return runCells({ project, load, cells, env, node: installation.node });
}

/** What a program printed in each scenario, in which nothing tells how it was loaded. */
function printedIn(program: Program, load: Load, { stdout }: AppResult): ByScenario<string | undefined> {
  const sections = new Map(stdout.split(/^# /m).map((section) => [section.split("\n", 1)[0], section]));
  return byScenario(program, (name) => {
    const cell = cellOf(program, name, load);
    return sections.get(cell)?.replaceAll(cell, name);
  });
}

async function observeAll(program: Program, load: Load, expected: ByScenario<Observed>): Promise<ByScenario<Observed>> {
  const seen = Object.entries(expected).map(async ([name, whole]) => {
    const isWhole = (observed: Observed): boolean => JSON.stringify(observed) === JSON.stringify(whole);
    return [name, await observe(server, cellOf(program, name, load), isWhole)] as const;
  });
  return Object.fromEntries(await Promise.all(seen));
}

describe.concurrent.each(rows)("%s", (_, app, installation) => {
  let program: Program;
  let isKept = false;
  beforeAll(() => {
    program = { app, installation, project: createAppProject(app, installation.folder) };
    writeLaunchers(app, program.project);
  });
  // A project whose cells failed stays, to be looked at.
  afterAll(() => {
    if (!isKept) rmSync(program.project, { recursive: true });
  });

  let bare: Promise<AppResult> | undefined;
  const withoutUs = async (): Promise<AppResult> => (bare ??= run(program, "uninstrumented"));

  it.for(installation.loadsOf(app))(
    "is known as it was in every scenario, and nothing in it changed: %s",
    { timeout: 120_000 },
    async (load, { expect, onTestFailed }) => {
      onTestFailed(() => {
        isKept = true;
      });
      const [instrumented, uninstrumented] = await Promise.all([run(program, load), withoutUs()]);
      const report = `${launcherOf(program.project, load)} printed:\n${instrumented.stdout}${instrumented.stderr}`;
      expect(uninstrumented.code, uninstrumented.stderr).toBe(0);
      const printed = printedIn(program, "uninstrumented", uninstrumented);
      expect(Object.values(printed)).not.toContain(undefined);
      expect(printedIn(program, load, instrumented), report).toEqual(printed);
      expect(instrumented.code, report).toBe(0);
      const expected = byScenario(program, (name) => {
        const {
          truth,
          hookedTruth = truth,
          modelCalls,
        } = { hookedTruth: undefined, ...scenarios[name], ...app.differences?.[name] };
        return { turns: load === "import first" ? truth : hookedTruth, modelCalls };
      });
      expect(await observeAll(program, load, expected), report).toEqual(expected);
    },
  );
});
