import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: true;
  readonly dependencies?: Readonly<Record<string, string>>;
}
type Packages = Readonly<Record<string, Locked>>;

/**
 * A package-lock.json that installs the dependencies as the lockfile of `root` has them, a workspace from its packed
 * `file:`. Then npm needs only what is in its cache since `root` was installed, and no registry.
 */
export function lockOf(dependencies: Readonly<Record<string, string>>, root: string): object {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as { packages: Packages };
  const packages = withoutLinks(lock.packages);
  const locked: Record<string, Locked> = { "": { dependencies } };
  const add = (name: string, from: string): void => {
    const path = locate(name, from, packages);
    if (path === undefined || path in locked) return;
    const file = dependencies[name]?.startsWith("file:") ? dependencies[name] : undefined;
    locked[path] = { ...packages[path], ...(file !== undefined && { resolved: file }) };
    for (const dependency of Object.keys(locked[path].dependencies ?? {})) add(dependency, path);
  };
  for (const name of Object.keys(dependencies)) add(name, "");
  return { lockfileVersion: 3, requires: true, packages: locked };
}

/** The packages as they were if the workspaces stood in node_modules themselves. */
function withoutLinks(packages: Packages): Packages {
  const links = Object.entries(packages).filter(([, { link }]) => link);
  const moved = ([path, entry]: [string, Locked]): [string, Locked] => {
    const found = links.find(([, { resolved }]) => path === resolved || path.startsWith(`${resolved}/`));
    return found === undefined ? [path, entry] : [found[0] + path.slice(found[1].resolved?.length), entry];
  };
  const entries = Object.entries(packages).filter(([, { link }]) => !link);
  return Object.fromEntries(entries.map(moved));
}

/** Where Node finds the package from the folder `from`. Undefined: an optional dependency that is not installed. */
function locate(name: string, from: string, packages: Packages): string | undefined {
  const path = `${from}${from === "" ? "" : "/"}node_modules/${name}`;
  if (path in packages) return path;
  const above = from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/")));
  return from === "" ? undefined : locate(name, above, packages);
}
