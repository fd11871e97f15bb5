/** The shape of the code, as tests: who may import whom, no cycles, no long files. ARCHITECTURE.md explains the table. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const maxLines = 400;

/** Folder of src/ -> the folders it may import beside itself. `.` stands for the files directly in src/. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  component: ["model"],
  otlp: ["model"],
  dialects: ["model"],
  llm: ["model"],
  intake: ["model", "llm", "evaluation"],
  evaluation: ["model", "llm", "component"], // of component how patterns and names are written: expectations stand in configurations, too
  cost: ["model"],
  session: ["model", "dialects", "cost"],
  config: ["model", "component", "cost", "llm"],
  receivers: ["component", "model", "otlp", "dialects"],
  exporters: ["component", "model", "otlp", "dialects"],
  redaction: ["model"],
  processors: ["component", "model", "otlp", "redaction"],
  extensions: ["component", "model"],
  stores: ["component", "model", "otlp"],
  judges: ["component", "model", "evaluation", "llm"],
  evaluators: ["component", "model", "evaluation", "llm", "judges"],
  // Case files are written as configurations are, and say of their judge model what the judge `llm` is told.
  "case-files": ["component", "model", "config", "evaluation", "llm", "judges"],
  // Runs are scored by metrics, which are knowledge as what sessions are built by.
  service: ["component", "model", "config", "session", "cost", "evaluation"],
  api: ["component", "model", "session", "intake", "cost", "evaluation", "llm", "otlp", "redaction"],
  cli: [".", "case-files", "config", "component", "model"],
  ".": [
    "api",
    "component",
    "config",
    "cost",
    "dialects",
    "evaluation",
    "evaluators",
    "exporters",
    "extensions",
    "intake",
    "judges",
    "llm",
    "model",
    "otlp",
    "processors",
    "receivers",
    "redaction",
    "service",
    "session",
    "stores",
  ],
};

interface Import {
  readonly from: string;
  readonly to: string;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts") && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}

/** Every import of a file, also type-only and dynamic ones, that names a file. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const specifiers = text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
  return [...specifiers].map(([, specifier = ""]) => ({
    from: file,
    to: relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, ".ts"),
  }));
}

const folderOf = (file: string): string => (file.split("/").length > 2 ? (file.split("/")[1] ?? ".") : ".");

/** The first cycle met, as a path that ends where it began. */
function findCycle(imports: readonly Import[]): readonly string[] | undefined {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const target of targets.get(node) ?? []) {
      const cycle = walk(target, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of targets.keys()) {
    const cycle = walk(node, []);
    if (cycle) return cycle;
  }
  return undefined;
}

const files = sourceFiles("src");
const imports = files.flatMap(importsOf);

describe("the architecture", () => {
  it("lets each folder import only what the table allows", () => {
    const violations = imports.filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)];
      return own !== other && !mayImport[own]?.includes(other);
    });
    expect(violations).toEqual([]);
  });

  it("knows every folder", () => {
    const folders = [...new Set(files.map(folderOf))].toSorted();
    expect(folders.filter((folder) => !(folder in mayImport))).toEqual([]);
  });

  it("imports only files that exist", () => {
    const known = new Set(files);
    expect(imports.filter(({ to }) => to.endsWith(".ts") && !known.has(to))).toEqual([]);
  });

  it("has no import cycle between files", () => {
    expect(findCycle(imports)).toBeUndefined();
  });

  it("has no import cycle between folders", () => {
    const between = imports
      .map(({ from, to }) => ({ from: folderOf(from), to: folderOf(to) }))
      .filter(({ from, to }) => from !== to && from !== "." && to !== ".");
    expect(findCycle(between)).toBeUndefined();
  });

  it("has no import cycle between the parts of evaluation/", () => {
    const partOf = (file: string): string => /^src\/evaluation\/([^/]+)\/./.exec(file)?.[1] ?? ".";
    const between = imports
      .map(({ from, to }) => ({ from: partOf(from), to: partOf(to) }))
      .filter(({ from, to }) => from !== to && from !== "." && to !== ".");
    expect(findCycle(between)).toBeUndefined();
  });

  it("keeps the server and the instrumentation apart", () => {
    const crossing = [...imports, ...sourceFiles("instrumentation/src").flatMap(importsOf)].filter(
      ({ from, to }) => from.startsWith("instrumentation/") !== to.startsWith("instrumentation/"),
    );
    expect(crossing).toEqual([]);
  });

  it(`has no source file over ${maxLines} lines`, () => {
    const all = [...files, ...sourceFiles("instrumentation/src")];
    const long = all.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length - 1 > maxLines);
    expect(long).toEqual([]);
  });
});

describe("the checks themselves", () => {
  it("finds a cycle when there is one", () => {
    const cycle = findCycle([
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "c", to: "a" },
    ]);
    expect(cycle).toEqual(["a", "b", "c", "a"]);
  });
});
