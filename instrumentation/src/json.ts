/** Cautious reading of values that came from somewhere else: each returns undefined (or nothing) instead of throwing. */

export type Fields = Readonly<Record<string, unknown>>;

const nothing: Fields = Object.freeze({});

/** The value's own view as an object; arrays and primitives have no fields. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : nothing;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
export const numberOf = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

/** A property of a function or an object, an ES module's namespace included. */
export function member(owner: unknown, name: string | symbol): unknown {
  if (typeof owner !== "function" && typeof owner !== "object") return undefined;
  return owner === null ? undefined : (Reflect.get(owner, name) as unknown);
}

/** JSON for an attribute; undefined for what JSON cannot say (a cycle, a bigint, a function). */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The parsed text if it is JSON, else the text itself. */
export function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The parsed text if it is a JSON array or object. */
export function parsedContainer(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const value = parsedOrText(text);
  return typeof value === "object" && value !== null ? value : undefined;
}
