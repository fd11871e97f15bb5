import { tracingChannel } from "node:diagnostics_channel";
import { safely } from "../safely.ts";
import { beforeEntry } from "./before-entry.ts";
import { type Copy, findCopies } from "./find-copies.ts";
import { canTellImported } from "./imported-module.ts";
import { isPreloading } from "./is-preloading.ts";
import { entriesOf, type Library, specifierOf } from "./library.ts";
import { hookImport, hookRequire, hooksImportCheaply, type OnLoad } from "./module-hooks.ts";
import { type Attempt, importUrlsOf, isOrderSensitive, patchCopy } from "./patch-copy.ts";
import { type Patch, patchModules, unexpected } from "./patch-modules.ts";

export interface Patching {
  /** What was done at once. */
  readonly patches: readonly Patch[];
  /** Resolves when what could be done now is done. */
  readonly finished: Promise<unknown>;
  /** Loads what waits for the application, as far as that changes nothing, and patches it. */
  readonly loadWaiting: () => readonly Patch[];
}

/**
 * Patches every copy of the libraries that the application loads, whichever way and whenever it does, and loads none that
 * it does not:
 *
 * - copies that `require` loads later, by a hook; those it has loaded already, where they are;
 * - ES modules that are imported next to us: they are linked already, where no hook can see them, so they are evaluated
 *   here and patched in place; where the order of evaluation matters, when the application has evaluated them (`finished`);
 * - for who preloads us, those that the entry point imports, in the same way before it is evaluated. A hook for them would
 *   keep the hooks of others from seeing them, or these ours. Where Node cannot tell, they are loaded at once;
 * - ES modules that are imported later, by a hook.
 *
 * `onLoaded` is told of every copy that is patched later.
 */
export function patchLibraries(libraries: readonly Library[], onLoaded: (patch: Patch) => void): Patching {
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
  const found = findAll(libraries);
  const isWaiting = isPreloading() && hooksImportCheaply() && canTellImported();
  const isLoadedNow = !isWaiting && (isPreloading() || !canTellImported());
  const tried = found.map((each) => tryToPatch(each, isLoadedNow));
  const hookImports = (known: readonly Found[]): void => {
    safely(() => hookImport(specifiers, urlsOf(known), onLoad));
  };
  const finishLater = async (): Promise<void> => {
    const final = await finish(tried, onLoaded);
    if (!hooksImportCheaply() && !isFinished && !isAllDone(final)) hookImports(final.filter(isDone));
  };
  const isFinished = isPreloading() || tried.every(({ later }) => later === undefined);
  if (isWaiting) {
    hookImports(tried.filter((each) => isDone(each) || isPatchedInPlace(each)));
    beforeEntry(() => hookImports(patchAtEntry(tried, onLoaded)));
  } else if (hooksImportCheaply() || (isFinished && !isAllDone(tried))) hookImports(tried.filter(isDone));
  if (canTellImported()) patchAfterImports(tried, onLoaded);
  return {
    patches: tried.map(({ patch }) => patch),
    finished: finishLater(),
    loadWaiting: () => tried.filter(canBeLoaded).map((each) => tryToPatch(each, true).patch),
  };
}

interface Found {
  readonly library: Library;
  readonly copy: Copy;
}
type Tried = Found & Attempt;

const findAll = (libraries: readonly Library[]): readonly Found[] =>
  libraries.flatMap((library) => findCopies(library.name, entriesOf(library)).map((copy) => ({ library, copy })));

const tryToPatch = ({ library, copy }: Found, isLoadedNow: boolean): Tried => ({
  library,
  copy,
  ...patchCopy(library, copy, isLoadedNow),
});

/** What the entry point imports. Returns the copies of which a hook need not tell from now on, or does already. */
function patchAtEntry(tried: readonly Tried[], onLoaded: (patch: Patch) => void): readonly Found[] {
  const again = tried.filter((each) => isPatchedInPlace(each) && !isDone(each)).map((each) => tryToPatch(each, false));
  for (const { patch } of again) if (patch.status !== "waiting") onLoaded(patch);
  return [...again.filter(isDone), ...tried.filter((each) => isDone(each) || !isPatchedInPlace(each))];
}

/**
 * Of two hooks for one library only one may be told, and the other one may be somebody else's: so we also look for what is
 * still waiting when an `import()` is done, before whoever awaits it goes on. Node 20 does not tell of it.
 */
function patchAfterImports(tried: readonly Tried[], onLoaded: (patch: Patch) => void): void {
  let waiting = tried.filter(canBeLoaded);
  tracingChannel("module.import").asyncEnd.subscribe(() => {
    safely(() => {
      const again = waiting.map((each) => tryToPatch(each, false));
      for (const { patch } of again) if (patch.status !== "waiting") onLoaded(patch);
      waiting = again.filter(canBeLoaded);
    });
  });
}

/** Classes are patched where they are; what takes the place of exports only a hook can put there. */
const isPatchedInPlace = ({ library, copy }: Found): boolean =>
  library.replace === undefined && !isOrderSensitive(library, copy);

/** Whether a hook could do no more for the copy. */
function isDone({ library, patch }: Tried): boolean {
  if (patch.status === "unsupported") return true;
  return patch.status === "patched" && (library.replace === undefined || !isPreloading());
}

/** Without any copy in reach there may be one that only a dependency has. */
const isAllDone = (tried: readonly Tried[]): boolean => tried.length > 0 && tried.every(isDone);

const urlsOf = (found: readonly Found[]): readonly string[] => found.flatMap(({ copy }) => importUrlsOf(copy));

const canBeLoaded = (tried: Tried): boolean =>
  tried.patch.status === "waiting" && !isOrderSensitive(tried.library, tried.copy);

async function finish(tried: readonly Tried[], onLoaded: (patch: Patch) => void): Promise<readonly Tried[]> {
  return Promise.all(
    tried.map(async (attempt) => {
      if (attempt.later === undefined) return attempt;
      const patch = await attempt.later();
      onLoaded(patch);
      return { ...attempt, patch };
    }),
  );
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
