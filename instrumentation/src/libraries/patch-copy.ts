import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Copy } from "./find-copies.ts";
import { canTellImported, importedModule } from "./imported-module.ts";
import { isPreloading } from "./is-preloading.ts";
import type { Library } from "./library.ts";
import { majorOf, type Patch, patchModules } from "./patch-modules.ts";

/** What was done with a copy at once, and what is to be done with it when the application's imports are evaluated. */
export interface Attempt {
  readonly patch: Patch;
  readonly later?: () => Promise<Patch>;
}

/** Patches what the application has loaded of the copy. `isLoadedNow`: what it has not is loaded, too. Never throws. */
export function patchCopy(library: Library, copy: Copy, isLoadedNow: boolean): Attempt {
  const waiting: Attempt = { patch: patchOf(library, copy, "waiting") };
  const later = async (): Promise<Patch> => patchImported(library, copy);
  if (!library.majors.includes(majorOf(copy.version))) return { patch: patchOf(library, copy, "unsupported") };
  try {
    patchRequired(library, copy);
    if (isOrderSensitive(library, copy)) return { ...waiting, later };
    if (!isLoadedNow && !importPathsOf(copy).some(isImported)) return waiting;
    const patched = loadAndPatch(library, copy);
    // What `require` gives may be a copy of an ES module that a compiler (tsx) has made for `require` alone.
    return canTellImported() || isPreloading() ? { patch: patched } : { patch: patched, later };
  } catch (error) {
    return cannotRequire(error) ? { ...waiting, later } : { patch: failed(library, copy, error) };
  }
}

/**
 * Node shares one instance of an ES module between `import` and `require`, and evaluates it for `require` at once. All
 * entries, since those that the application has not loaded are made of the same modules.
 */
function loadAndPatch(library: Library, copy: Copy): Patch {
  const require = createRequire(join(copy.directory, "package.json"));
  const modules = importPathsOf(copy).map((path) => importedEsModule(path) ?? (require(path) as unknown));
  return patchModules(library, copy.version, modules);
}

/** The URLs of what an `import` of the copy's entries evaluates. */
export const importUrlsOf = (copy: Copy): readonly string[] =>
  importPathsOf(copy).map((path) => pathToFileURL(path).href);

export const isOrderSensitive = ({ orderSensitiveMajors }: Library, { version }: Copy): boolean =>
  orderSensitiveMajors.includes(majorOf(version));

const importPathsOf = ({ directory, importEntries }: Copy): readonly string[] =>
  importEntries.map((entry) => join(directory, entry));

const patchOf = ({ name }: Library, { version }: Copy, status: Patch["status"]): Patch => ({
  library: name,
  version,
  status,
});

const failed = (library: Library, copy: Copy, error: unknown): Patch => ({
  ...patchOf(library, copy, "failed"),
  reason: String(error),
});

/** ES modules with a top-level await, or Node told not to `require` ES modules. */
function cannotRequire(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_REQUIRE_");
}

function isImported(path: string): boolean {
  try {
    return canTellImported() && importedModule(path) !== undefined;
  } catch {
    return true;
  }
}

/** Of a CommonJS module `import` shows only the exports whose names Node can read from the source. */
function importedEsModule(path: string): unknown {
  const imported = canTellImported() ? importedModule(path) : undefined;
  return path in createRequire(import.meta.url).cache ? undefined : imported;
}

/** What `require` has loaded of the copy before we came. */
function patchRequired(library: Library, { directory }: Copy): void {
  const { cache } = createRequire(import.meta.url);
  for (const [path, loaded] of Object.entries(cache)) {
    if (path.startsWith(directory + sep)) library.patch(loaded?.exports);
  }
}

/** While modules are preloaded, the application has not been: then only the hook may patch it. */
async function patchImported(library: Library, copy: Copy): Promise<Patch> {
  const waiting = patchOf(library, copy, "waiting");
  if (isPreloading()) return waiting;
  // Next to us, the application's other imports are evaluated first.
  await Promise.resolve();
  if (isOrderSensitive(library, copy) && !importPathsOf(copy).some(isImported)) return waiting;
  try {
    const modules = importUrlsOf(copy).map(async (url) => (await import(url)) as unknown);
    return patchModules(library, copy.version, await Promise.all(modules));
  } catch (error) {
    return failed(library, copy, error);
  }
}
