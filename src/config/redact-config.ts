/** A configuration as it may be shown to anyone. Source: collector `configopaque`; CVE-2026-28377 is what happens without. */
import type { z } from "zod";
import { componentKinds, type Components, type Config } from "./config.ts";
import { isMap } from "./is-map.ts";
import type { ConfigPath } from "./problem.ts";
import { isSecret, noticeOf, schemasAt } from "./schema-shape.ts";
import { serviceSchema } from "./service-schema.ts";

export interface RedactionContext {
  readonly config: Config;
  readonly components: Components;
  /** See ExpandedTree. */
  readonly variablesAt: (path: ConfigPath) => readonly string[];
}

const redacted = "[REDACTED]";

/**
 * `written` without what its schemas call secret, what came out of an environment variable that is named like a secret, and the
 * credentials in URLs. An empty secret stays, so that one sees that there is none.
 */
export function redactConfig(written: Readonly<Record<string, unknown>>, context: RedactionContext): unknown {
  const { config, components, variablesAt } = context;
  const sections = componentKinds.map((kind) => {
    const parts = [...config[kind]].map(([id, { type }]) => {
      const schema = components[kind].find((factory) => factory.type === type)?.configSchema;
      const section = written[kind];
      const part = isMap(section) ? section[id] : undefined;
      return [id, redact(part, schema === undefined ? [] : [schema], [kind, id], variablesAt)] as const;
    });
    return [kind, Object.fromEntries(parts)] as const;
  });
  const service = redact(written["service"], [serviceSchema], ["service"], variablesAt);
  return { ...Object.fromEntries(sections), service };
}

function redact(
  value: unknown,
  schemas: readonly z.core.$ZodType[],
  path: ConfigPath,
  variablesAt: RedactionContext["variablesAt"],
): unknown {
  if (value === undefined || value === null || value === "") return value;
  if (schemas.some((schema) => isSecret(schema, value)) || variablesAt(path).some(isNamedLikeASecret)) return redacted;
  // What has no effect is described by no schema: where it has parts, one of them may be a secret.
  if (typeof value === "object" && schemas.some((schema) => noticeOf(schema, value) !== undefined)) return redacted;
  const inside = (key: string | number, entry: unknown) =>
    redact(
      entry,
      schemas.flatMap((schema) => schemasAt(schema, key)),
      [...path, key],
      variablesAt,
    );
  if (Array.isArray(value)) return value.map((item, index) => inside(index, item));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, inside(key, entry)]));
  return typeof value === "string" ? withoutCredentials(value) : value;
}

function isNamedLikeASecret(variable: string): boolean {
  return /secret|token|passw|passphrase|credential|apikey|(?:^|_)(?:keys?|pass|pwd|auth|dsn|pat)(?:_|$)/i.test(
    variable,
  );
}

/** Of URLs: what stands before the `@`, and parameters that are named like a secret. */
function withoutCredentials(text: string): string {
  return text
    .replace(/:\/\/[^\s/?#]+@/g, `://${redacted}@`)
    .replace(/([?&][^\s=&]*(?:key|token|secret|passw)[^\s=&]*=)[^\s&]+/gi, `$1${redacted}`);
}
