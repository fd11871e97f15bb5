import type { z } from "zod";
import { isMap } from "./is-map.ts";
import type { ConfigPath, Problem } from "./problem.ts";
import { noticeOf, schemasAt } from "./schema-shape.ts";

/** A warning for everything in the value that its schema takes with a notice, see `noticed`. */
export function noticesOf(schemas: readonly z.core.$ZodType[], value: unknown, path: ConfigPath): readonly Problem[] {
  if (value === undefined) return [];
  const [message] = schemas.flatMap((schema) => noticeOf(schema, value) ?? []);
  if (message !== undefined) return [{ path, message }];
  return entriesOf(value).flatMap(([key, entry]) =>
    noticesOf(
      schemas.flatMap((schema) => schemasAt(schema, key)),
      entry,
      [...path, key],
    ),
  );
}

function entriesOf(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return value.map((entry: unknown, index) => [index, entry] as const);
  return isMap(value) ? Object.entries(value) : [];
}
