import { readFileSync } from "node:fs";

/** This package's version, as in its package.json, which lies above both `src/` and `dist/`. */
export const version = versionIn(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));

function versionIn(manifest: unknown): string {
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "";
  return String(version);
}
