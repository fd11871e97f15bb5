import { fieldsOf, member, textOf } from "../json.ts";
import { registerHooks } from "./register-hooks.ts";

let atEntry: (() => void) | undefined;

/** Runs once what `beforeEntry` was given. */
export function entryReached(): void {
  const reached = atEntry;
  atEntry = undefined;
  reached?.();
}

/**
 * For who is preloaded: runs `callback` when the application's entry point is linked with all that it imports and before
 * anything of it is evaluated, as if it imported us first. That of a CommonJS application is known by `require` as it goes
 * on; then, and without an entry point (`--eval`), it is run at once. Only where Node has hooks in the application's thread.
 */
export function beforeEntry(callback: () => void): void {
  atEntry = callback;
  if (process.argv[1] === undefined || process.argv[1] === "-") {
    entryReached();
    return;
  }
  let entry: string | undefined;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (member(context, "parentURL") === undefined) entry ??= textOf(member(resolved, "url"));
      return resolved;
    },
    load(url, context, next) {
      const loaded = next(url, context);
      if (url !== entry) return loaded;
      hooks.deregister();
      const source = sourceOf(loaded);
      if (source !== undefined) return { ...fieldsOf(loaded), source: withGate(source) };
      entryReached();
      return loaded;
    },
  });
  // The entry point is resolved by then, if there is one that this hook sees.
  setImmediate(() => {
    if (entry === undefined) entryReached();
  }).unref();
}

/** The text of an ES module; undefined for others. */
function sourceOf(loaded: unknown): string | undefined {
  const { format, source } = fieldsOf(loaded);
  if (!textOf(format)?.startsWith("module")) return undefined;
  return source instanceof Uint8Array || source instanceof ArrayBuffer
    ? new TextDecoder().decode(source)
    : textOf(source);
}

const gate = new URL("./entry-gate.js", import.meta.url).href;

/** In the first line that is no `#!`, so that all lines stay where they are. */
function withGate(source: string): string {
  const [interpreter = ""] = /^#!.*\n/.exec(source) ?? [];
  return `${interpreter}import ${JSON.stringify(gate)};${source.slice(interpreter.length)}`;
}
