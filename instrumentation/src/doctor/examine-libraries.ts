import { libraries } from "../libraries/libraries.ts";
import type { Patch } from "../libraries/patch-modules.ts";
import type { Finding } from "./finding.ts";

/** One finding for each copy that was found; of several about one copy the last holds. */
export function examineLibraries(patches: readonly Patch[]): readonly Finding[] {
  const byCopy = new Map(patches.map((patch) => [`${patch.library} ${patch.version}`, patch]));
  if (byCopy.size > 0) return [...byCopy.values()].map(toFinding);
  const names = libraries.map(({ name }) => name).join(", ");
  const remedy = `Run this where the application runs, with one of these installed: ${names}`;
  return [{ name: "libraries", ok: false, detail: "none that could be recorded is installed or enabled here", remedy }];
}

function toFinding(patch: Patch): Finding {
  const name = `${patch.library} ${patch.version}`.trim();
  switch (patch.status) {
    case "patched":
      return { name, ok: true, detail: "recorded", patch };
    case "waiting":
      return { name, ok: true, detail: "will be recorded as soon as the application loads it", patch };
    case "unsupported":
      return { name, ok: false, detail: "not recorded: this version is not supported", remedy: remedyOf(patch), patch };
    case "failed":
      return {
        name,
        ok: false,
        detail: `not recorded: ${patch.reason ?? "it could not be patched"}`,
        remedy: "If the application can load it, report this with the version of the library",
        patch,
      };
  }
}

function remedyOf({ library }: Patch): string {
  const majors = libraries.find(({ name }) => name === library)?.majors ?? [];
  return `Install ${library} ${majors.join(", ")}, or a newer @turnwise/instrumentation`;
}
