/** What an argument must be like where its exact value cannot be told beforehand. */
import { RE2JS } from "re2js";
import { z } from "zod";
import type { JsonValue } from "../../model/session.ts";
import { re2Pattern } from "../../component/re2-pattern.ts";
import { fitsJson } from "./fits-json.ts";

/** Whether the argument will do; it is undefined when it was not given. */
export type ArgumentMatcher = (given: JsonValue | undefined) => boolean;

const conditions = z.strictObject({
  /** Given or not, whatever its value. All other conditions need a value. */
  present: z.boolean().optional(),
  /** Equal to one of these. */
  one_of: z.array(z.json()).min(1).optional(),
  /** A text in which this occurs. */
  contains: z.string().min(1).optional(),
  /** A text in which this RE2 pattern is found. */
  pattern: re2Pattern.optional(),
  /** A number not below, not above. */
  min: z.number().optional(),
  max: z.number().optional(),
});
type Conditions = z.output<typeof conditions>;

/** Conditions that must all hold; or, from code, a function. */
export const matcherSchema = z.union([
  conditions.refine((value) => Object.keys(value).length > 0, "must have at least one condition"),
  z.custom<ArgumentMatcher>((value) => typeof value === "function", "must be conditions, or a function"),
]);

export function toMatcher(matcher: Conditions | ArgumentMatcher): ArgumentMatcher {
  if (typeof matcher === "function") return matcher;
  const { present, one_of, contains, pattern, min, max } = matcher;
  const compiled = pattern === undefined ? undefined : RE2JS.compile(pattern);
  const all: readonly (ArgumentMatcher | undefined)[] = [
    present === undefined ? undefined : (given) => (given !== undefined) === present,
    one_of && ((given) => one_of.some((value) => fitsJson(given, value, "exact"))),
    contains === undefined ? undefined : (given) => typeof given === "string" && given.includes(contains),
    compiled && ((given) => typeof given === "string" && compiled.test(given)),
    min === undefined ? undefined : (given) => typeof given === "number" && given >= min,
    max === undefined ? undefined : (given) => typeof given === "number" && given <= max,
  ];
  const stated = all.filter((condition) => condition !== undefined);
  return (given) => stated.every((condition) => condition(given));
}
