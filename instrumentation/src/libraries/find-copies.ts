import { readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Fields, fieldsOf, isFields, textOf } from "../json.ts";

/** One installed copy of a library. */
export interface Copy {
  /** Its real path, as Node names its modules: a workspace or pnpm has symlinks in node_modules. */
  readonly directory: string;
  readonly version: string;
  /** What `import` of each of the library's entries evaluates, relative to the directory. */
  readonly importEntries: readonly string[];
}

/** The copies that the application would load: seen from its main script and from the working directory. */
export function findCopies(name: string, entries: readonly string[]): readonly Copy[] {
  const bases = [...(process.argv[1] === undefined ? [] : [process.argv[1]]), join(process.cwd(), "index.js")];
  const copies = bases.flatMap((base) => findCopy(name, entries, base) ?? []);
  return copies.filter(({ directory }, index) => copies.findIndex((copy) => copy.directory === directory) === index);
}

function findCopy(name: string, entries: readonly string[], base: string): Copy | undefined {
  const folders = createRequire(pathToFileURL(base)).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const copy = readCopy(folder, name, entries);
    if (copy !== undefined) return copy;
  }
  return undefined;
}

function readCopy(folder: string, name: string, entries: readonly string[]): Copy | undefined {
  try {
    const directory = realpathSync(join(folder, name));
    const manifest = fieldsOf(JSON.parse(readFileSync(join(directory, "package.json"), "utf8")));
    const version = textOf(manifest["version"]);
    if (version === undefined) return undefined;
    return { directory, version, importEntries: entries.map((entry) => importEntryOf(manifest, entry)) };
  } catch {
    return undefined;
  }
}

/** Node's conditional exports, for an `import` of the entry. */
function importEntryOf({ exports, main }: Fields, entry: string): string {
  if (entry !== ".") return resolveSubpath(fieldsOf(exports), entry) ?? entry;
  const own = isFields(exports) && "." in exports ? exports["."] : exports;
  return resolveConditions(own) ?? textOf(main) ?? "index.js";
}

/** By its own key, else by a pattern (`./*`); without `exports` a subpath is a file's path. */
function resolveSubpath(exports: Fields, entry: string): string | undefined {
  if (entry in exports) return resolveConditions(exports[entry]);
  for (const [key, target] of Object.entries(exports)) {
    const [before = "", after] = key.split("*");
    if (after === undefined || !entry.startsWith(before) || !entry.endsWith(after)) continue;
    return resolveConditions(target)?.replace("*", entry.slice(before.length, entry.length - after.length));
  }
  return undefined;
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
