import type { Library } from "./library.ts";

/** What became of one copy of a library. */
export interface Patch {
  readonly library: string;
  readonly version: string;
  /** `waiting`: it will be patched when the application loads it. */
  readonly status: "patched" | "waiting" | "unsupported" | "failed";
  readonly reason?: string;
}

export const unexpected = "its classes do not look as expected";

/** Patches modules of one copy of the library. Throws what their classes throw. */
export function patchModules(
  { name: library, majors, patch }: Library,
  version: string,
  modules: readonly unknown[],
): Patch {
  if (!majors.includes(majorOf(version))) return { library, version, status: "unsupported" };
  if (modules.every((moduleExports) => patch(moduleExports))) return { library, version, status: "patched" };
  return { library, version, status: "failed", reason: unexpected };
}

export const majorOf = (version: string): number => Number.parseInt(version, 10);
