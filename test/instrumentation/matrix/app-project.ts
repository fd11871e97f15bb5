/** A project as somebody has it who uses an app's libraries and us, and nothing else. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { App } from "./apps.ts";

const ourselves = fileURLToPath(new URL("../../../instrumentation", import.meta.url));

/**
 * Makes a folder outside of this repository whose node_modules holds what `npm install` would put there: the app's
 * libraries, what these depend on, and us; all of it symlinks, into the node_modules of the folder `installed`. Whoever
 * makes it removes it.
 */
export function createAppProject(app: App, installed: string): string {
  const project = realpathSync(mkdtempSync(join(tmpdir(), `turnwise-${app.name}-`)));
  writeFileSync(join(project, "package.json"), '{ "private": true }\n');
  for (const name of withDependencies(packagesOf(app), installed)) {
    link(join(installed, "node_modules", name), join(project, "node_modules", name));
  }
  link(ourselves, join(project, "node_modules/@turnwise/instrumentation"));
  return project;
}

/** The packages that the app imports from. */
export const packagesOf = ({ modules }: App): readonly string[] => [...new Set(Object.values(modules).map(packageOf))];

/** `@scope/name` of `@scope/name/some/path`. */
const packageOf = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The packages and all that npm installs with them, but what one of them has in a node_modules of its own. */
function withDependencies(names: readonly string[], installed: string): ReadonlySet<string> {
  const all = new Set<string>(names);
  // What is added to a set while it is walked is walked, too.
  for (const name of all) {
    const folder = join(installed, "node_modules", name);
    for (const dependency of dependenciesOf(folder)) {
      if (existsSync(join(folder, "node_modules", dependency))) continue;
      if (existsSync(join(installed, "node_modules", dependency))) all.add(dependency);
    }
  }
  return all;
}

function dependenciesOf(folder: string): readonly string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- npm has installed it
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies), ...peers];
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}
