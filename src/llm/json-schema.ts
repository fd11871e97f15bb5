import { z, type ZodType } from "zod";

export type JsonSchema = Record<string, unknown>;

/** What an endpoint is told of a schema: its shape, in the order of its properties, without refinements or `$schema`, which some refuse. */
export function toJsonSchema(schema: ZodType): JsonSchema {
  return Object.fromEntries(Object.entries(z.toJSONSchema(schema)).filter(([key]) => key !== "$schema"));
}
