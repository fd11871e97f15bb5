/** The entries of an app's program: one for each way in which an application can load us and its libraries. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { App } from "./apps.ts";

/** How an application loads us and its libraries. */
export const instrumentedLoads = ["import first", "node --import", "require"] as const;
/** `uninstrumented` is the program by itself. */
export type Load = (typeof instrumentedLoads)[number] | "uninstrumented";

export const register = "@turnwise/instrumentation/register";

export const launcherOf = (project: string, load: Load): string =>
  join(project, `${load.replaceAll(/\W+/g, "-")}.${load === "require" ? "cjs" : "mjs"}`);

/** Written where the program's imports find the project's libraries, and before a cell runs: cells run side by side. */
export function writeLaunchers(app: App, project: string): void {
  for (const load of [...instrumentedLoads, "uninstrumented"] as const) {
    writeFileSync(launcherOf(project, load), load === "require" ? commonJs(app) : esModule(app, load));
  }
}

const programOf = (app: App): string => JSON.stringify(fileURLToPath(new URL(`apps/${app.name}.mjs`, import.meta.url)));
const namesOf = ({ modules }: App): string => Object.keys(modules).join(", ");

function esModule(app: App, load: Load): string {
  const imports = Object.entries(app.modules).map(([name, path]) => `import * as ${name} from "${path}";`);
  return [
    ...(load === "import first" ? [`import "${register}";`] : []),
    ...imports,
    `import { run } from ${programOf(app)};`,
    ...goingThroughCells(app),
  ].join("\n");
}

function commonJs(app: App): string {
  const requires = Object.entries(app.modules).map(([name, path]) => `const ${name} = require("${path}");`);
  return [
    `require("${register}");`,
    ...requires,
    `import(${programOf(app)}).then(async ({ run }) => {`,
    ...goingThroughCells(app),
    "});",
  ].join("\n");
}

/** What a cell prints follows its name. */
const goingThroughCells = (app: App): readonly string[] => [
  "for (const cell of JSON.parse(process.env.CELLS)) {",
  '  console.log("# " + cell.conversation);',
  `  await run({ ${namesOf(app)} }, cell);`,
  "}",
];
