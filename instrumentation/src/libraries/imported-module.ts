import { Module } from "node:module";
import { fileURLToPath } from "node:url";
import { member } from "../json.ts";

/** In no program, and named by the error of the source that it breaks. */
const marker = "turnwiseFindsNothing";
const brokenSource = `let ${marker}, ${marker}`;

/**
 * What `import` has loaded of a file until now. Undefined: nobody has imported it. If it is linked and waits for its turn
 * to be evaluated, then that is done now. Throws what the evaluation throws.
 *
 * Node does not list its ES modules. But handed the source of one as `require` finds it, it first looks whether `import`
 * has loaded that file, and one that cannot be compiled leaves nothing behind.
 */
export function importedModule(path: string): unknown {
  try {
    return compileRequired(path, brokenSource);
  } catch (error) {
    if (error instanceof SyntaxError && error.message.includes(marker)) return undefined;
    throw error;
  }
}

let canTell: boolean | undefined;

/** Whether `importedModule` works here: with this Node, and whatever else has changed how it loads modules. */
export const canTellImported = (): boolean => (canTell ??= tellsFilesApart());

/** Of two files that do not exist one is loaded all the same. */
function tellsFilesApart(): boolean {
  try {
    const loaded = fileURLToPath(new URL("loaded-from-memory.mjs", import.meta.url));
    compileRequired(loaded, "export const isLoaded = true");
    return member(importedModule(loaded), "isLoaded") === true && importedModule(`${loaded}-never.mjs`) === undefined;
  } catch {
    return false;
  }
}

function compileRequired(path: string, source: string): unknown {
  const required = Object.assign(new Module(path), { filename: path, paths: [] });
  const compile = member(required, "_compile");
  if (typeof compile !== "function") throw new TypeError("this Node compiles modules in another way");
  Reflect.apply(compile, required, [source, path, "module"]);
  return required.exports as unknown;
}
