/** One cell of the matrix: a program with a library, loaded one way, going through one scenario in a process of its own. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { App } from "./apps.ts";
import { type AppResult, runApp } from "../run-app.ts";
import type { Scenario } from "./scenarios.ts";

/** How an application loads us and its library; `uninstrumented` is the program by itself. */
export type Load = "import first" | "node --import" | "require" | "uninstrumented";

export interface Cell {
  readonly app: App;
  readonly load: Load;
  readonly scenario: Scenario;
  /** Names the conversation. */
  readonly conversation: string;
  /** Base URL of the scripted provider. */
  readonly url: string;
  /** The folder whose node_modules has the libraries. */
  readonly project: string;
  readonly env: Readonly<Record<string, string>>;
  /** The Node that runs it. Default: the one that runs the tests. */
  readonly node?: string;
}

const register = "@turnwise/instrumentation/register";

export async function runCell(cell: Cell): Promise<AppResult> {
  const { app, load, scenario, conversation, url, project, node } = cell;
  const { streamed, aborts = false, turns } = scenario;
  const given = { conversation, url, streamed, aborts, users: turns.map(({ user }) => user) };
  return runApp(writeLauncher(app, load, project), {
    cwd: project,
    nodeArgs: load === "node --import" ? ["--import", register] : [],
    env: { ...cell.env, CELL: JSON.stringify(given) },
    ...(node !== undefined && { node }),
  });
}

/** Writes the program's entry into the project, where its imports find the project's libraries. */
function writeLauncher(app: App, load: Load, project: string): string {
  const folder = join(project, "node_modules", ".turnwise-matrix");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${app.name} ${load}.${load === "require" ? "cjs" : "mjs"}`);
  writeFileSync(path, load === "require" ? commonJs(app) : esModule(app, load));
  return path;
}

const programOf = (app: App): string => JSON.stringify(fileURLToPath(new URL(`apps/${app.name}.mjs`, import.meta.url)));
const namesOf = ({ modules }: App): string => Object.keys(modules).join(", ");

function esModule(app: App, load: Load): string {
  const imports = Object.entries(app.modules).map(([name, path]) => `import * as ${name} from "${path}";`);
  return [
    ...(load === "import first" ? [`import "${register}";`] : []),
    ...imports,
    `import { run } from ${programOf(app)};`,
    `await run({ ${namesOf(app)} }, JSON.parse(process.env.CELL));`,
  ].join("\n");
}

function commonJs(app: App): string {
  const requires = Object.entries(app.modules).map(([name, path]) => `const ${name} = require("${path}");`);
  return [
    `require("${register}");`,
    ...requires,
    `import(${programOf(app)}).then(({ run }) => run({ ${namesOf(app)} }, JSON.parse(process.env.CELL)));`,
  ].join("\n");
}
