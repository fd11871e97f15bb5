import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Fields, fieldsOf, isFields, textOf } from "../json.ts";

/** One installed copy of a library. */
export interface Copy {
  readonly directory: string;
  readonly version: string;
  /** What `import` of its name evaluates, relative to the directory. */
  readonly importEntry: string;
}

/** The copies that the application would load: seen from its main script and from the working directory. */
export function findCopies(name: string): readonly Copy[] {
  const bases = [...(process.argv[1] === undefined ? [] : [process.argv[1]]), join(process.cwd(), "index.js")];
  const copies = bases.flatMap((base) => findCopy(name, base) ?? []);
  return copies.filter(({ directory }, index) => copies.findIndex((copy) => copy.directory === directory) === index);
}

function findCopy(name: string, base: string): Copy | undefined {
  const folders = createRequire(pathToFileURL(base)).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const copy = readCopy(join(folder, name));
    if (copy !== undefined) return copy;
  }
  return undefined;
}

function readCopy(directory: string): Copy | undefined {
  try {
    const manifest = fieldsOf(JSON.parse(readFileSync(join(directory, "package.json"), "utf8")));
    const version = textOf(manifest["version"]);
    return version === undefined ? undefined : { directory, version, importEntry: importEntryOf(manifest) };
  } catch {
    return undefined;
  }
}

/** Node's conditional exports, for the package's own name and an `import`. */
function importEntryOf(manifest: Fields): string {
  const { exports } = manifest;
  const main = isFields(exports) && "." in exports ? exports["."] : exports;
  return resolveConditions(main) ?? textOf(manifest["main"]) ?? "index.js";
}

function resolveConditions(target: unknown): string | undefined {
  if (!isFields(target)) return textOf(target);
  for (const [condition, value] of Object.entries(target)) {
    if (!["node", "import", "module-sync", "default"].includes(condition)) continue;
    const resolved = resolveConditions(value);
    if (resolved !== undefined) return resolved;
  }
  return undefined;
}
