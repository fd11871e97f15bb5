/** Where the libraries of the matrix are installed, which Node runs them there, and which cells that makes. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { packagesOf } from "./app-project.ts";
import { type App, apps } from "./apps.ts";
import { instrumentedLoads, type Load } from "./launchers.ts";
import { type ScenarioName, scenarioNames } from "./scenarios.ts";

export interface Installation {
  readonly name: string;
  /** Its package.json names the libraries, with exact versions; its node_modules has them. */
  readonly folder: string;
  /** The Node that runs them. Default: the one that runs the tests. */
  readonly node?: string;
  readonly cellsOf: (app: App) => Cells;
}

/** The ways of loading in which a scenario is gone through. */
type Cells = (scenario: ScenarioName) => readonly Load[];

const all: Cells = () => instrumentedLoads;
const none: Cells = () => [];
/** Where the ways of loading are all that can go wrong: the scenario with the most in it stands for the others. */
const everyLoad: Cells = (scenario) => (scenario === "streamed tools" ? instrumentedLoads : []);
/** Where the ways of loading have been gone through with another version of the library. */
const everyScenario: Cells = (scenario) => (scenario === "streamed tools" ? instrumentedLoads : ["import first"]);

/**
 * As much as is worth its time whenever something lands: the scenario with the most in it, loaded the usual way; and by
 * `--import`, where that goes another way than with the Node that runs the tests.
 */
const sampleWith =
  ({ node }: Pick<Installation, "node">): Cells =>
  (scenario) => {
    if (scenario !== "streamed tools") return [];
    return node === undefined ? ["import first"] : ["import first", "node --import"];
  };

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folderOf = (name: string): string => join(root, "instrumentation/matrix", name);

/** Where it matters how something ends: every way of loading. What is said in between is read the same way in all of them. */
const mostCells: Cells = (scenario) =>
  scenario === "streamed tools" || scenario === "failing tool" || scenario === "http 500"
    ? instrumentedLoads
    : ["import first"];

/** What this repository itself has installed: the newest majors that run on the oldest Node. Part of `npm test`. */
export const own: Installation = { name: "root", folder: root, cellsOf: () => mostCells };

const newest = folderOf("newest");
const nodeOf = (name: string): string => join(newest, "node_modules", name, "bin/node");

/** One app for each way in which libraries are patched: in place, in several modules, in functions, after it is loaded. */
const differentlyPatched = ["openai-chat", "langchain-graph", "ai-sdk", "openai-agents-chat"];
const nextNode = (name: string, node: string): Installation => ({
  name,
  folder: newest,
  node: nodeOf(node),
  cellsOf: (app) => (differentlyPatched.includes(app.name) ? everyLoad : none),
});

/** Packages with a lockfile of their own, for majors that cannot share a node_modules: `npm run matrix`. */
export const packages: readonly Installation[] = [
  { name: "newest", folder: newest, node: nodeOf("node"), cellsOf: (app) => (isAsInRoot(app) ? everyLoad : all) },
  { name: "older", folder: folderOf("older"), cellsOf: () => everyScenario },
  { name: "oldest", folder: folderOf("oldest"), cellsOf: () => everyScenario },
  nextNode("Node 22", "node-22"),
  nextNode("Node 26", "node-26"),
];

/** TURNWISE_MATRIX: `packages` is everything, `sample` some of the packages, else most of what the repository itself has. */
export function installationsOf(chosen: string | undefined): readonly Installation[] {
  if (chosen === "packages") return [{ ...own, cellsOf: () => all }, ...packages];
  if (chosen !== "sample") return [own];
  return packages.map((installation) => ({
    ...installation,
    cellsOf: (app) => (installation.cellsOf(app)("streamed tools").length > 0 ? sampleWith(installation) : none),
  }));
}

/** Whether the newest versions of the app's libraries are those that the root has. */
function isAsInRoot(app: App): boolean {
  const [here, there] = [versionsIn(root), versionsIn(newest)];
  return packagesOf(app).every((name) => here[name] === there[name]);
}

/** The apps that are run with what the installation names. */
export function appsOf({ folder, cellsOf }: Installation): readonly App[] {
  const versions = versionsIn(folder);
  const lacks = ({ lacking = {} }: App): boolean => (folder === root ? "root" : basename(folder)) in lacking;
  const isInstalled = (app: App): boolean => packagesOf(app).every((name) => name in versions);
  const hasCells = (app: App): boolean => scenarioNames.some((scenario) => cellsOf(app)(scenario).length > 0);
  return apps.filter((app) => isInstalled(app) && !lacks(app) && hasCells(app));
}

/** The versions that an installation's package.json pins. */
export function versionsIn(folder: string): Readonly<Record<string, string>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- npm has read it
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<
    "dependencies" | "devDependencies",
    Record<string, string> | undefined
  >;
  return { ...manifest.dependencies, ...manifest.devDependencies };
}
