/** One entry of `actions`, checked by the collector's rules. Source: contrib `internal/coreinternal/attraction`. */
import { RE2JS } from "re2js";
import { z } from "zod";
import { re2Pattern } from "../../component/re2-pattern.ts";

const verbs = ["insert", "update", "upsert", "delete", "hash", "extract", "convert"] as const;
type Verb = (typeof verbs)[number];

const verb = z.string().transform((text, context): Verb => {
  const found = verbs.find((candidate) => candidate === text.toLowerCase());
  if (found !== undefined) return found;
  context.issues.push({ code: "custom", input: text, message: `must be one of ${verbs.join(", ")}` });
  return z.NEVER;
});

/** A value as YAML has it. */
const configValue = z.json();
export type ConfigValue = z.infer<typeof configValue>;

export const actionSchema = z
  .strictObject({
    key: z.string().min(1).optional(),
    action: verb,
    value: configValue.optional(),
    from_attribute: z.string().min(1).optional(),
    /** `metadata.NAME`, a header of the request, where the receiver has `include_metadata`. */
    from_context: z
      .string()
      .min(1)
      .refine(
        (name) => !/^(?:auth\.|client\.address$)/.test(name),
        'only "metadata.NAME" is there, a header of the request',
      )
      .optional(),
    default_value: configValue.optional(),
    pattern: re2Pattern.optional(),
    converted_type: z.enum(["int", "double", "string"]).optional(),
  })
  .superRefine((action, context) => {
    for (const message of problemsOf(action)) context.addIssue({ code: "custom", message });
  });

export type Action = z.infer<typeof actionSchema>;

const sources = ["value", "from_attribute", "from_context"] as const;

/** Which of the fields beside `key` and `action` each action takes. */
const fieldsOf: Readonly<Record<Verb, readonly string[]>> = {
  insert: [...sources, "default_value"],
  update: [...sources, "default_value"],
  upsert: [...sources, "default_value"],
  delete: ["pattern"],
  hash: ["pattern"],
  extract: ["pattern"],
  convert: ["converted_type"],
};

function problemsOf(action: Action): readonly string[] {
  const { action: name, key, pattern } = action;
  const fields = fieldsOf[name];
  const given = Object.entries(action).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  const unused = given.filter((field) => field !== "key" && field !== "action" && !fields.includes(field));
  const needsSource = fields.includes("value") && !given.some((field) => fields.includes(field));
  const rules: readonly (readonly [boolean, string])[] = [
    [unused.length > 0, `"${name}" does not use "${unused.join('", "')}"`],
    [key === undefined && (pattern === undefined || name === "extract"), `"${name}" needs a "key"`],
    [needsSource, `"${name}" needs one of "${fields.join('", "')}"`],
    [sources.filter((field) => given.includes(field)).length > 1, `only one of "${sources.join('", "')}" may be given`],
    [name === "convert" && action.converted_type === undefined, '"convert" needs a "converted_type"'],
    [name === "extract" && !hasOnlyNamedGroups(pattern), '"extract" needs a "pattern" with groups, all of them named'],
  ];
  return rules.flatMap(([broken, message]) => (broken ? [message] : []));
}

/** True for a pattern that RE2 does not take: that is another problem, told elsewhere. */
function hasOnlyNamedGroups(pattern: string | undefined): boolean {
  if (pattern === undefined) return false;
  try {
    const compiled = RE2JS.compile(pattern);
    const groups = compiled.groupCount();
    return groups > 0 && Object.keys(compiled.namedGroups()).length === groups;
  } catch {
    return true;
  }
}
