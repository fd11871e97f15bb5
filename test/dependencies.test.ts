/** Every package that gets installed must run on the oldest Node we promise, and every direct one is pinned exactly. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minVersion, satisfies } from "semver";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const oldestNode = "20.19.0";

interface LockEntry {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
  readonly optional?: boolean;
}
interface Manifest {
  readonly engines: { readonly node: string };
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(`${root}${file}`, "utf8"));
const readManifest = (file: string): Manifest => read(file) as Manifest;
const lock = read("package-lock.json") as { packages: Record<string, LockEntry> };
const manifests = ["package.json", "instrumentation/package.json"];
/** Installed by the tests of the instrumentation alone, some of them for a newer Node that they bring along. */
const matrix = readdirSync(`${root}instrumentation/matrix`).map(
  (name) => `instrumentation/matrix/${name}/package.json`,
);

describe("dependencies", () => {
  it(`accept Node ${oldestNode}`, () => {
    const refusing = Object.entries(lock.packages)
      .filter(([, entry]) => entry.engines?.node && !satisfies(oldestNode, entry.engines.node))
      .map(([name, entry]) => `${name}@${entry.version} wants ${entry.engines?.node}`);
    expect(refusing).toEqual([]);
  });

  it.each([...manifests, ...matrix])("are pinned to exact versions in %s", (file) => {
    const manifest = readManifest(file);
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(versions.filter(([, version]) => !/^(npm:node@)?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it.each(manifests)("leave %s with the oldest Node as its lowest", (file) => {
    expect(minVersion(readManifest(file).engines.node)?.version).toBe(oldestNode);
  });
});
