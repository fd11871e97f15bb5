/** Schemas as JSON Schema (draft 2020-12, as OpenAPI 3.1 takes it). Those with an id are collected as components, each once. */
import { z, type ZodType } from "zod";

/** The keywords that are read here; others are passed on. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly [keyword: string]: unknown;
}

export interface SchemaComponents {
  /** The schema, with references to components in the place of what has an id. `io`: of what is sent here, or of what is answered. */
  add(schema: ZodType, io: "input" | "output"): JsonSchema;
  /** By id, in alphabetical order. */
  all(): Readonly<Record<string, JsonSchema>>;
}

export function createSchemaComponents(): SchemaComponents {
  const components = new Map<string, JsonSchema>();
  return {
    add(schema, io) {
      const text = JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: "any" }));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Zod has just written
      return JSON.parse(text, collect) as JsonSchema;
    },
    all: () => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  };

  /** Zod puts what has an id beside the schema, at any depth; OpenAPI has one place for all. */
  function collect(this: unknown, key: string, value: unknown): unknown {
    if (key === "$schema") return undefined;
    if (key === "$ref" && typeof value === "string") return value.replace("#/$defs/", "#/components/schemas/");
    if (key !== "$defs" || typeof value !== "object" || value === null) return value;
    for (const [id, component] of Object.entries<JsonSchema>({ ...value })) components.set(id, component);
    return undefined;
  }
}
