/** `include` and `exclude`. Source: contrib `internal/filter/filterconfig`. */
import { z } from "zod";
import { withoutEffect } from "../../component/config-schemas.ts";
import { problemOf } from "../../component/re2-pattern.ts";

const texts = z.array(z.string()).default([]);
const attributes = z
  .array(z.strictObject({ key: z.string().min(1), value: z.union([z.string(), z.number(), z.boolean()]).optional() }))
  .default([]);

export const matchSchema = z
  .strictObject({
    match_type: z.enum(["strict", "regexp"]),
    regexp: withoutEffect("patterns are compiled once and nothing is cached"),
    services: texts,
    span_names: texts,
    span_kinds: texts,
    log_bodies: texts,
    log_severity_texts: texts,
    log_severity_number: z.strictObject({ min: z.int(), match_undefined: z.boolean().default(false) }).optional(),
    attributes,
    resources: attributes,
    libraries: z.array(z.strictObject({ name: z.string(), version: z.string().optional() })).default([]),
  })
  .superRefine((match, context) => {
    const { match_type, regexp: _, log_severity_number, ...lists } = match;
    if (log_severity_number === undefined && Object.values(lists).every((list) => list.length === 0))
      context.addIssue({
        code: "custom",
        message: "needs something to match, such as services, span_names or attributes",
      });
    if (match_type === "strict") return;
    for (const [path, pattern] of patternsOf(match)) {
      const message = problemOf(pattern);
      if (message !== undefined) context.addIssue({ code: "custom", path: [...path], message });
    }
  });

export type Match = z.infer<typeof matchSchema>;

/** Everything that is a pattern where `match_type` is `regexp`, and where it is written. */
function patternsOf(
  match: Omit<Match, "match_type">,
): readonly (readonly [path: readonly (string | number)[], string])[] {
  const lists = ["services", "span_names", "span_kinds", "log_bodies", "log_severity_texts"] as const;
  return [
    ...lists.flatMap((list) => match[list].map((pattern, index) => [[list, index], pattern] as const)),
    ...(["attributes", "resources"] as const).flatMap((list) =>
      match[list].flatMap(({ value }, index) =>
        typeof value === "string" ? [[[list, index, "value"], value] as const] : [],
      ),
    ),
    ...match.libraries.flatMap(({ name, version }, index) => [
      [["libraries", index, "name"], name] as const,
      ...(version === undefined ? [] : [[["libraries", index, "version"], version] as const]),
    ]),
  ];
}
