/** Request data against a schema; what is wrong becomes one sentence for the caller, never quoting a value. */
import type { ZodError, ZodType } from "zod";
import { ApiError } from "./api-error.ts";

/** Query parameters. Given twice is an error too, but of those that are lists, and so is any parameter where none is known. */
export function validateQuery<T>(
  schema: ZodType<T> | undefined,
  query: object,
  lists: readonly string[] = [],
): T | undefined {
  const entries = Object.entries(query);
  const repeated = entries.find(([name, value]) => Array.isArray(value) && !lists.includes(name));
  if (repeated) throw invalid(`query parameter ${quote(repeated[0])} is given more than once`);
  const single = entries.filter(([name, value]) => lists.includes(name) && !Array.isArray(value));
  const asLists = Object.fromEntries(single.map(([name, value]): [string, unknown] => [name, [value]]));
  return check(schema, { ...query, ...asLists }, "query parameter");
}

export function validateBody<T>(schema: ZodType<T> | undefined, body: unknown): T | undefined {
  return check(schema, body ?? {}, "field");
}

function check<T>(schema: ZodType<T> | undefined, value: object, noun: string): T | undefined {
  if (schema === undefined) {
    const [unknown] = Object.keys(value);
    if (unknown === undefined) return undefined;
    throw invalid(`unknown ${noun} ${quote(unknown)}; this request takes none`);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(describe(result.error, noun));
}

function describe({ issues }: ZodError, noun: string): string {
  return issues
    .slice(0, 5)
    .flatMap((issue) => describeIssue(issue, noun))
    .join("; ");
}

function describeIssue(issue: ZodError["issues"][number], noun: string): string[] {
  const where = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return issue.keys.slice(0, 5).map((key) => `unknown ${noun} ${quote(where === "" ? key : `${where}.${key}`)}`);
  }
  const what = issue.message.replace(/^Invalid (?:input|option): /, "");
  return [where === "" ? what : `${quote(where)}: ${what}`];
}

const invalid = (detail: string) => new ApiError(400, "invalid_request", detail);

/** A key is the caller's text: cut, and escaped by JSON. */
const quote = (key: string): string => JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}...` : key);
