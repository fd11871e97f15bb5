import type { Fields } from "../json.ts";

/** A library we instrument: one folder, one line in libraries.ts. */
export interface Library {
  /** The npm package. */
  readonly name: string;
  /** The library that it belongs to, and is left alone with. */
  readonly partOf?: string;
  /** The major versions it was tested with; others are left alone. */
  readonly majors: readonly number[];
  /**
   * Majors whose modules must not be evaluated before the application does it, because the order of its imports has a
   * meaning. They are patched when they load.
   */
  readonly orderSensitiveMajors: readonly number[];
  /** The paths in its `exports` that hold what is patched. Default: the package itself, `.`. */
  readonly entries?: readonly string[];
  /**
   * Patches the library's classes in place, so that objects which exist already are patched, too. Safe to call again.
   * `moduleExports` is a CommonJS export or an ESM namespace of one of the entries. Returns false if it does not look
   * as expected.
   */
  readonly patch: (moduleExports: unknown) => boolean;
  /**
   * Exports that take the place of the module's own, by name: for functions, which cannot be patched in place. Done when
   * the application loads the module and a hook sees it, which is never in ES modules that import us first.
   */
  readonly replace?: (moduleExports: unknown) => Fields;
}

export const entriesOf = ({ entries }: Library): readonly string[] => entries ?? ["."];

/** What an application writes in an `import` or `require` of the entry. */
export const specifierOf = ({ name }: Library, entry: string): string => name + entry.slice(1);
