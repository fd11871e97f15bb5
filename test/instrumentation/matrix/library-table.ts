/** The README's table of libraries, made from what the matrix runs. */
import { packagesOf } from "./app-project.ts";
import { type App, apps } from "./apps.ts";
import { type Documented, documented } from "./documented.ts";
import { appsOf, type Installation, own, packages, versionsIn } from "./installations.ts";
import { scenarioNames } from "./scenarios.ts";

const installations: readonly Installation[] = [own, ...packages];
const begin = "<!-- libraries: made by `npm run library-table` -->";
const end = "<!-- end of libraries -->";

/** The README with its table as it must be. */
export function withLibraryTable(readme: string): string {
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`the README has no ${begin}`);
  return [before, begin, "\n\n", libraryTable(), "\n\n", end, after].join("");
}

/** The versions of a library that programs of the matrix are run with, oldest first. */
export function testedVersions(library: string): readonly string[] {
  const used = installations.filter((installation) => appsOf(installation).some((app) => belongs(app, library)));
  const versions = used.flatMap(({ folder }) => versionsIn(folder)[library] ?? []);
  return [...new Set(versions)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

const belongs = (app: App, library: string): boolean => packagesOf(app).includes(library);

function libraryTable(): string {
  const head = ["library", "versions", "how", "what is captured", "tested"];
  const table = formatTable([head, ...documented.map(rowOf)]);
  const names = scenarioNames.map((name) => `\`${name}\``).join(", ");
  const about = [
    "Each cell is a program with the real library and a scripted provider that goes through a scenario",
    `(${names})`,
    "and loads us by an import first, by `node --import` or by `require`: a process for each of these, in which the scenarios",
    "follow each other. What the server makes of each must be what happened, with one span for each model call, and what the",
    "program prints must be, byte for byte, what it prints without us. Where the library makes the outcome another one:",
  ].join("\n");
  return [table, about, differences()].join("\n\n");
}

function rowOf({ packages: names, how, captured }: Documented): readonly string[] {
  const [library = ""] = names;
  const title = names.map((name) => `\`${name}\``).join(", ");
  return [title, testedVersions(library).join(", "), how, captured, testsOf(library)];
}

/** How many cells there are, and on which majors of Node. */
function testsOf(library: string): string {
  const cells = installations.map((installation) => ({ installation, count: countCells(installation, library) }));
  const nodes = cells.filter(({ count }) => count > 0).map(({ installation }) => nodeOf(installation));
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const majors = [...new Set(nodes)].sort((a, b) => a - b);
  return `${total} cells, Node ${majors.join(", ")}`;
}

function countCells(installation: Installation, library: string): number {
  const own = appsOf(installation).filter((app) => belongs(app, library));
  return own.reduce((sum, app) => sum + installation.loadsOf(app).length * installation.scenarios.length, 0);
}

/** The repository's own tests run on the oldest Node that we promise. */
function nodeOf({ folder, node }: Installation): number {
  if (node === undefined) return 20;
  const name = /node_modules\/([^/]+)\//.exec(node)?.[1] ?? "";
  return Number.parseInt((versionsIn(folder)[name] ?? "").replace("npm:node@", ""), 10);
}

function differences(): string {
  const lines = apps.flatMap(({ name, differences: different = {} }) =>
    scenarioNames.flatMap((scenario) => {
      const difference = different[scenario];
      return difference === undefined ? [] : [`- \`${name}\`, ${scenario}: ${difference.because}`];
    }),
  );
  return lines.join("\n");
}

/** As the formatter would: columns as wide as their widest cell. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const [head = [], ...body] = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
