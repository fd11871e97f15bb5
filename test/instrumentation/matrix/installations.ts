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
  /** How an app is loaded there; one process for each, which goes through the scenarios one after the other. */
  readonly loadsOf: (app: App) => readonly Load[];
  readonly scenarios: readonly ScenarioName[];
}

const everyLoad = (): readonly Load[] => instrumentedLoads;

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folderOf = (name: string): string => join(root, "instrumentation/matrix", name);

/** What this repository itself has installed: the newest majors that run on the oldest Node. Part of `npm test`. */
export const own: Installation = { name: "root", folder: root, loadsOf: everyLoad, scenarios: scenarioNames };

const newest = folderOf("newest");
const nodeOf = (name: string): string => join(newest, "node_modules", name, "bin/node");

/** One app for each way in which libraries are patched: in place, in several modules, in functions, after it is loaded. */
const differentlyPatched = ["openai-chat", "langchain-graph", "ai-sdk", "openai-agents-chat"];
const nextNode = (name: string, node: string): Installation => ({
  name,
  folder: newest,
  node: nodeOf(node),
  loadsOf: (app) => (differentlyPatched.includes(app.name) ? instrumentedLoads : []),
  scenarios: scenarioNames,
});

/** Packages with a lockfile of their own, for majors that cannot share a node_modules: `npm run matrix`. */
export const packages: readonly Installation[] = [
  { name: "newest", folder: newest, node: nodeOf("node"), loadsOf: everyLoad, scenarios: scenarioNames },
  { name: "older", folder: folderOf("older"), loadsOf: everyLoad, scenarios: scenarioNames },
  { name: "oldest", folder: folderOf("oldest"), loadsOf: everyLoad, scenarios: scenarioNames },
  nextNode("Node 22", "node-22"),
  nextNode("Node 26", "node-26"),
];

/** TURNWISE_MATRIX: `packages` is everything, `sample` some of the packages, else what the repository itself has. */
export function installationsOf(chosen: string | undefined): readonly Installation[] {
  if (chosen === "packages") return [own, ...packages];
  return chosen === "sample" ? packages.map(toSample) : [own];
}

/**
 * As much as is worth its time whenever something lands: the scenario with the most in it, loaded the usual way; and by
 * `--import`, where that goes another way than with the Node that runs the tests.
 */
function toSample(installation: Installation): Installation {
  const { node, loadsOf } = installation;
  const loads: readonly Load[] = node === undefined ? ["import first"] : ["import first", "node --import"];
  return { ...installation, loadsOf: (app) => (loadsOf(app).length > 0 ? loads : []), scenarios: ["streamed tools"] };
}

/** The apps that are run with what the installation names. */
export function appsOf({ folder, loadsOf }: Installation): readonly App[] {
  const versions = versionsIn(folder);
  const lacks = ({ lacking = {} }: App): boolean => (folder === root ? "root" : basename(folder)) in lacking;
  const isInstalled = (app: App): boolean => packagesOf(app).every((name) => name in versions);
  return apps.filter((app) => isInstalled(app) && !lacks(app) && loadsOf(app).length > 0);
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
