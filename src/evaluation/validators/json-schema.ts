import { dereference, Validator } from "@cfworker/json-schema";
import { z } from "zod";
import { InvalidInputError } from "../evaluation-error.ts";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import { parseReply } from "./parse-reply.ts";
import { checkReply } from "./check-reply.ts";
import { commonFields, defineValidator } from "./validator.ts";

/** Some keywords compare each element with each other one, or try the schema's own patterns. */
const longestReply = 100_000;

const configSchema = z.strictObject({
  type: z.literal("json_schema"),
  ...commonFields,
  /** JSON Schema 2020-12. `format` is checked; references go no further than this schema. */
  schema: z.record(z.string(), z.json()),
});

/** Throws InvalidInputError 050009 for a schema that cannot be applied, and for JSON that is too long or too deep for it. */
export const jsonSchema = defineValidator({
  type: "json_schema",
  description: "The reply is JSON, and fits the JSON schema.",
  configSchema,
  check: ({ schema, turn }) => {
    const problemOf = compile(schema);
    return checkReply(turn, "is JSON that fits the schema", (reply) => {
      const parsed = parseReply(reply);
      const problem = parsed === undefined ? "no JSON" : problemOf(parsed.value, reply.length);
      return { passed: problem === undefined, because: problem ?? "" };
    });
  },
});

/** What is wrong with a value, a few words; undefined when nothing is. */
function compile(schema: object): (value: unknown, length: number) => string | undefined {
  const validator = applied(() => {
    checkParts(schema);
    return new Validator(schema, "2020-12", true);
  });
  return (value, length) => {
    if (length > longestReply)
      throw new InvalidInputError("050009", `the reply has more than ${longestReply} characters`);
    const { valid, errors } = applied(() => validator.validate(value));
    if (valid) return undefined;
    const last = errors.at(-1);
    return excerptOf(`${last?.instanceLocation ?? "#"} ${last?.error ?? "does not fit"}`, 200);
  };
}

/** Throws for what the library would find only in a reply that gets there: references that lead nowhere, patterns that are none. */
function checkParts(schema: object): void {
  const parts = dereference(schema);
  for (const part of Object.values(parts)) {
    if (typeof part === "boolean") continue;
    const { $ref, __absolute_ref__: target = $ref, pattern, patternProperties = {} } = part;
    if (target !== undefined && parts[target] === undefined) throw new Error(`the reference ${$ref} leads nowhere`);
    for (const each of [...(pattern === undefined ? [] : [pattern]), ...Object.keys(patternProperties)])
      RegExp(each, "u");
  }
}

/** The library throws what it meets: patterns and references that are none, and the end of the stack. */
function applied<T>(apply: () => T): T {
  try {
    return apply();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidInputError("050009", `the schema cannot be applied: ${excerptOf(reason, 200)}`, { cause });
  }
}
