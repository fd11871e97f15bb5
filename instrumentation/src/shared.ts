import { version } from "./version.ts";

/**
 * What all copies of this version in a process have in common: an application that bundles the package and preloads it with
 * `--import` has two, and the helpers of one must reach what the other records.
 */
export function shared<T>(name: string, create: () => T): T {
  const key = Symbol.for(`@turnwise/instrumentation ${version} ${name}`);
  const existing: unknown = Reflect.get(globalThis, key);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only this function writes it, in the same version
  if (existing !== undefined) return existing as T;
  const value = create();
  Object.defineProperty(globalThis, key, { value });
  return value;
}
