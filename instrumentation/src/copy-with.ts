import type { Fields } from "./json.ts";

/** A copy of an object, with its class and its getters, in which these properties have other values. */
export function copyWith<T extends object>(object: T, values: Fields): T {
  const replaced = Object.entries(values).map(([name, value]) => {
    return [name, { value, enumerable: true, writable: true, configurable: true }] as const;
  });
  const prototype: unknown = Object.getPrototypeOf(object);
  const properties = { ...Object.getOwnPropertyDescriptors(object), ...Object.fromEntries(replaced) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a prototype is an object or null, and the copy is like the object
  return Object.create(prototype as object | null, properties) as T;
}
