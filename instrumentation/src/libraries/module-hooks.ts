import { readFileSync } from "node:fs";
import { createRequire, register } from "node:module";
import { join } from "node:path";
import { Hook as ImportHook } from "import-in-the-middle";
import { supportsSyncHooks } from "import-in-the-middle/supports-sync-hooks.mjs";
import { Hook as RequireHook } from "require-in-the-middle";
import { copyWith } from "../copy-with.ts";
import { type Fields, fieldsOf, isFields, textOf } from "../json.ts";
import { safely } from "../safely.ts";
import { registerHooks, type SyncHook } from "./register-hooks.ts";

/** Of import-in-the-middle's `create-hook.mjs`, which has no types. */
interface CreateHookModule {
  readonly createHook: (meta: { readonly url: string }) => {
    readonly applyOptions: (options: object) => void;
    readonly resolveSync: SyncHook;
    readonly loadSync: SyncHook;
  };
}

/**
 * Told of each library's entry when it has loaded, before who loaded it goes on. Returns what takes the place of some of
 * its exports, by name.
 */
export type OnLoad = (specifier: string, version: string, moduleExports: unknown) => Fields;

/** Tells of every entry that is loaded by `require` from now on. */
export function hookRequire(specifiers: readonly string[], onLoad: OnLoad): void {
  // oxlint-disable-next-line no-new -- constructing the hook installs it
  new RequireHook([...specifiers], (moduleExports, specifier, directory) => {
    const replacements = safely(() => onLoad(specifier, versionIn(directory), moduleExports));
    return withReplacements(moduleExports, replacements ?? {});
  });
}

/** A compiled module's exports are getters that cannot be changed, so they are put on a copy. */
function withReplacements<T>(moduleExports: T, replacements: Fields): T {
  const isReplaced = Object.keys(replacements).length > 0;
  return isReplaced && isFields(moduleExports) ? copyWith(moduleExports, replacements) : moduleExports;
}

/**
 * Whether Node has loader hooks in the application's own thread. Else they are in another one, which takes its time to
 * start and makes every import slower: it is to be used only where it is needed.
 */
export const hooksImportCheaply = supportsSyncHooks;

/**
 * Tells of every entry that is loaded by `import` from now on, except the `known` ones (URLs of entry modules). In the
 * application's own thread it may be called again, for entries that were known before.
 */
export function hookImport(specifiers: readonly string[], known: readonly string[], onLoad: OnLoad): void {
  const options = { include: [...specifiers], exclude: [...known] };
  if (hooksImportCheaply()) hookInThread(options);
  else register("./import-hooks.js", import.meta.url, { data: options });
  // oxlint-disable-next-line no-new -- constructing the hook installs it
  new ImportHook([...specifiers], (moduleExports, specifier, directory) => {
    safely(() => {
      const replacements = onLoad(specifier, versionIn(directory || undefined), moduleExports);
      // The namespace that the hook gives is one whose exports can be set.
      for (const [name, value] of Object.entries(replacements)) Reflect.set(fieldsOf(moduleExports), name, value);
    });
  });
}

/** As import-in-the-middle's own `register` does, once. */
function hookInThread(options: { readonly include: string[]; readonly exclude: string[] }): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the module exports
  const { createHook } = createRequire(import.meta.url)("import-in-the-middle/create-hook.mjs") as CreateHookModule;
  const hook = createHook({ url: import.meta.resolve("import-in-the-middle/register-hooks.mjs") });
  hook.applyOptions(options);
  registerHooks({ resolve: hook.resolveSync, load: hook.loadSync });
}

function versionIn(directory: string | undefined): string {
  if (directory === undefined) return "";
  return textOf(fieldsOf(JSON.parse(readFileSync(join(directory, "package.json"), "utf8")))["version"]) ?? "";
}
