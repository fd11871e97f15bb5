import { createRequire } from "node:module";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { type Copy, findCopies } from "./find-copies.ts";
import { entriesOf, type Library, specifierOf } from "./library.ts";
import { safely } from "../safely.ts";
import { hookImport, hookRequire, type OnLoad } from "./module-hooks.ts";

/** What became of one copy of a library. */
export interface Patch {
  readonly library: string;
  readonly version: string;
  /** `waiting`: it will be patched when the application loads it. */
  readonly status: "patched" | "waiting" | "unsupported" | "failed";
  readonly reason?: string;
}

/**
 * Patches every copy of the libraries that the application can load, whichever way and whenever it does:
 *
 * - copies that `require` loads later, by a hook; those it has loaded already, where they are;
 * - the ES modules: an application that imports us first has them linked already, where no hook can see them, so they are
 *   loaded here and patched in place. Where the order of evaluation matters, after the application has loaded them
 *   (`finished`), and by a hook.
 *
 * `patches` says what was done; `finished` resolves when what could be done now is done; `onLoaded` is told of every copy
 * that the application loads later.
 */
export function patchLibraries(
  libraries: readonly Library[],
  onLoaded: (patch: Patch) => void,
): {
  readonly patches: readonly Patch[];
  readonly finished: Promise<unknown>;
} {
  const owners = ownersOf(libraries);
  const specifiers = [...owners.keys()];
  const onLoad: OnLoad = (specifier, version, moduleExports) => {
    const library = owners.get(specifier);
    if (library === undefined) return {};
    const patch = patchModules(library, version, [moduleExports]);
    onLoaded(patch);
    return patch.status === "patched" ? (library.replace?.(moduleExports) ?? {}) : {};
  };
  safely(() => hookRequire(specifiers, onLoad));
  const found = libraries.flatMap((library) =>
    findCopies(library.name, entriesOf(library)).map((copy) => ({ library, copy })),
  );
  const attempts = found.map(({ library, copy }) => patchCopy(library, copy));
  // What is patched in place needs no hook.
  const patched = found.filter(
    ({ library }, index) => attempts[index]?.patch.status === "patched" && library.replace === undefined,
  );
  const known = patched.flatMap(({ copy }) => importPathsOf(copy).map((path) => pathToFileURL(path).href));
  const isNeeded = found.length === 0 || (patched.length < found.length && isPreloading());
  safely(() => hookImport(specifiers, known, isNeeded, onLoad));
  return {
    patches: attempts.map(({ patch }) => patch),
    finished: Promise.all(attempts.flatMap(({ later }) => (later === undefined ? [] : [later().then(onLoaded)]))),
  };
}

/** The library of every specifier that an application imports it by. */
const ownersOf = (libraries: readonly Library[]): ReadonlyMap<string, Library> =>
  new Map(
    libraries.flatMap((library) => entriesOf(library).map((entry) => [specifierOf(library, entry), library] as const)),
  );

/** Patches modules that the application hands over, by the specifiers it imports them by. Never throws. */
export function patchGiven(
  libraries: readonly Library[],
  modules: Readonly<Record<string, unknown>>,
): readonly Patch[] {
  const owners = ownersOf(libraries);
  return Object.entries(modules).map(([specifier, moduleExports]) => {
    const patch = { library: specifier, version: "(bundled)" };
    const library = owners.get(specifier);
    if (library === undefined) return { ...patch, status: "failed", reason: "it is no library that can be recorded" };
    const isPatched = safely(() => library.patch(moduleExports)) === true;
    return isPatched ? { ...patch, status: "patched" } : { ...patch, status: "failed", reason: unexpected };
  });
}

const unexpected = "its classes do not look as expected";

interface Attempt {
  readonly patch: Patch;
  readonly later?: () => Promise<Patch>;
}

function patchModules({ name: library, majors, patch }: Library, version: string, modules: readonly unknown[]): Patch {
  if (!majors.includes(majorOf(version))) return { library, version, status: "unsupported" };
  if (modules.every((moduleExports) => patch(moduleExports))) return { library, version, status: "patched" };
  return { library, version, status: "failed", reason: unexpected };
}

function patchCopy(library: Library, copy: Copy): Attempt {
  const { name, majors, orderSensitiveMajors } = library;
  const major = majorOf(copy.version);
  const patch = { library: name, version: copy.version };
  const waiting: Attempt = { patch: { ...patch, status: "waiting" }, later: async () => patchImported(library, copy) };
  if (!majors.includes(major)) return { patch: { ...patch, status: "unsupported" } };
  try {
    patchRequired(library, copy);
    if (orderSensitiveMajors.includes(major)) return waiting;
    const modules = loadNow(copy);
    const patched: Attempt = { patch: patchModules(library, copy.version, modules) };
    return modules.every(types.isModuleNamespaceObject) || isPreloading() ? patched : { ...waiting, ...patched };
  } catch (error) {
    return cannotRequire(error) ? waiting : { patch: failed(patch, error) };
  }
}

const failed = (patch: Pick<Patch, "library" | "version">, error: unknown): Patch => ({
  ...patch,
  status: "failed",
  reason: String(error),
});

/** ES modules with a top-level await, or Node told not to `require` ES modules. */
function cannotRequire(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_REQUIRE_");
}

/** What `require` has loaded of the copy before we came. */
function patchRequired(library: Library, copy: Copy): void {
  for (const moduleExports of requiredOf(copy)) library.patch(moduleExports);
}

/** What `require` has loaded of the copy so far. */
function requiredOf({ directory }: Copy): readonly unknown[] {
  const { cache } = createRequire(import.meta.url);
  return Object.entries(cache).flatMap(([path, loaded]) =>
    path.startsWith(directory + sep) ? [loaded?.exports as unknown] : [],
  );
}

/**
 * Node shares one instance of an ES module between `import` and `require`, and evaluates it for `require` at once. What is
 * no namespace is a CommonJS module, or a copy of an ES module that a compiler (tsx) has made for `require` alone.
 */
function loadNow(copy: Copy): readonly unknown[] {
  const require = createRequire(join(copy.directory, "package.json"));
  return importPathsOf(copy).map((path) => require(path) as unknown);
}

const importPathsOf = ({ directory, importEntries }: Copy): readonly string[] =>
  importEntries.map((entry) => join(directory, entry));

/** While modules are preloaded, the application has not been: then only the hook may patch it. */
async function patchImported(library: Library, copy: Copy): Promise<Patch> {
  const { version } = copy;
  const patch = { library: library.name, version };
  if (isPreloading()) return { ...patch, status: "waiting" };
  // Next to us, the application's other imports are evaluated first.
  await Promise.resolve();
  // Where loading has effects of its own, the application's way is the only one: what it requires is not also imported.
  const isUninvited = library.isLoaded !== undefined && (!library.isLoaded(version) || requiredOf(copy).length > 0);
  if (isUninvited) return { ...patch, status: "waiting" };
  try {
    const modules = importPathsOf(copy).map(async (path) => (await import(pathToFileURL(path).href)) as unknown);
    return patchModules(library, version, await Promise.all(modules));
  } catch (error) {
    return failed(patch, error);
  }
}

/** Whether Node was told to preload us, or a file that may import us. Packages (`--import tsx`, by name or path) do not. */
function isPreloading(): boolean {
  const flags = [...process.execArgv, ...(process.env["NODE_OPTIONS"] ?? "").split(/\s+/)].join(" ");
  const isOfPackage = "(?!\\S*/node_modules/(?!@turnwise/))";
  return new RegExp(`(^| )(--import|--require|-r)[= ]${isOfPackage}(\\.|/|file:|@turnwise/)`).test(flags);
}

const majorOf = (version: string): number => Number.parseInt(version, 10);
