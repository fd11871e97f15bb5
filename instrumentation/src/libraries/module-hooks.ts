import { readFileSync } from "node:fs";
import { register } from "node:module";
import { join } from "node:path";
import { Hook as ImportHook } from "import-in-the-middle";
import { register as registerInThread, supportsSyncHooks } from "import-in-the-middle/register-hooks.mjs";
import { Hook as RequireHook } from "require-in-the-middle";
import { copyWith } from "../copy-with.ts";
import { type Fields, fieldsOf, isFields, textOf } from "../json.ts";
import { safely } from "../safely.ts";

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
 * Tells of every entry that is loaded by `import` from now on, except the `known` ones (URLs of entry modules). Where
 * Node has no loader hooks in the application's own thread, one in another thread makes every import slower and
 * complains about a second one, so there it is used only if `isNeeded`.
 */
export function hookImport(
  specifiers: readonly string[],
  known: readonly string[],
  isNeeded: boolean,
  onLoad: OnLoad,
): void {
  const options = { include: [...specifiers], exclude: [...known] };
  if (supportsSyncHooks()) registerInThread(options);
  else if (isNeeded) register("import-in-the-middle/hook.mjs", import.meta.url, { data: options });
  else return;
  // oxlint-disable-next-line no-new -- constructing the hook installs it
  new ImportHook([...specifiers], (moduleExports, specifier, directory) => {
    safely(() => {
      const replacements = onLoad(specifier, versionIn(directory || undefined), moduleExports);
      // The namespace that the hook gives is one whose exports can be set.
      for (const [name, value] of Object.entries(replacements)) Reflect.set(fieldsOf(moduleExports), name, value);
    });
  });
}

function versionIn(directory: string | undefined): string {
  if (directory === undefined) return "";
  return textOf(fieldsOf(JSON.parse(readFileSync(join(directory, "package.json"), "utf8")))["version"]) ?? "";
}
