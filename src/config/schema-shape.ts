/** What a schema says about the places inside a value, seen through everything that may be wrapped around it. */
import { z } from "zod";

type Schema = z.core.$ZodType;

/** The schema and everything that it lets a value be: what it wraps, what it is piped to, the branches of a union. */
export function alternativesOf(schema: Schema): readonly Schema[] {
  return [schema, ...insideOf(schema).flatMap(alternativesOf)];
}

function insideOf(schema: Schema): readonly Schema[] {
  if (schema instanceof z.ZodPipe) return [schema.in, schema.out];
  if (schema instanceof z.ZodUnion) return schema.options;
  if (schema instanceof z.ZodIntersection) return [schema.def.left, schema.def.right];
  const isWrapper =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodCatch ||
    schema instanceof z.ZodReadonly;
  return isWrapper ? [schema.unwrap()] : [];
}

/** The schemas of the entry with this key, or of an item of a list. */
export function schemasAt(schema: Schema, key: string | number): readonly Schema[] {
  return alternativesOf(schema).flatMap((one) => {
    if (one instanceof z.ZodArray) return [one.element];
    if (one instanceof z.ZodRecord) return [one.valueType];
    const entry: unknown = one instanceof z.ZodObject && Object.hasOwn(one.shape, key) ? one.shape[key] : undefined;
    return entry instanceof z.ZodType ? [entry] : [];
  });
}

/** The keys that a map at this path may have; none where it is not a map with fixed keys. */
export function knownKeys(schema: Schema, [key, ...rest]: readonly (string | number)[]): readonly string[] {
  if (key !== undefined) return schemasAt(schema, key).flatMap((next) => knownKeys(next, rest));
  return alternativesOf(schema).flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : []));
}

/** Marked with `meta({ secret: true })`, in any alternative that such a value can be of: a map is no secret text. */
export function isSecret(schema: Schema, value: unknown): boolean {
  return alternativesOf(schema).some((one) => {
    const isOther = one instanceof z.ZodString && typeof value === "object";
    return !isOther && z.globalRegistry.get(one)?.["secret"] === true;
  });
}

/** What its schema has to say about such a value although it takes it, see `noticed`. */
export function noticeOf(schema: Schema, value: unknown): string | undefined {
  return alternativesOf(schema)
    .map((one) => ({ one, notice: z.globalRegistry.get(one)?.["notice"] }))
    .flatMap(({ one, notice }) => (typeof notice === "string" && z.safeParse(one, value).success ? [notice] : []))[0];
}
