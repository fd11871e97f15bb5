/** Conditions as they are written in a configuration. They stay text, so that it can be sent to another thread. */
import { z } from "zod";
import { parseCondition } from "./parse-condition.ts";
import type { Paths } from "./paths.ts";
import { ConditionError } from "./tokens.ts";

export const errorMode = z.enum(["ignore", "silent", "propagate"]).default("propagate");

/** Conditions of which one is enough. */
export function conditions<Target>(paths: Paths<Target>) {
  return z.array(condition(paths)).default([]);
}

function condition<Target>(paths: Paths<Target>) {
  return z.string().superRefine((text, context) => {
    const message = problemOf(text, paths);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

function problemOf<Target>(text: string, paths: Paths<Target>): string | undefined {
  try {
    parseCondition(text, paths);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionError) return error.message;
    throw error;
  }
}

export interface StatedConditions {
  readonly context: string;
  readonly conditions: readonly string[];
}

/**
 * A list of conditions, each a text whose paths say what it is about, or a group that says so itself. Of a text it is the first of
 * the contexts that has all of its paths; its mistakes are told as the first one's.
 */
export function statedConditions(contexts: Readonly<Record<string, Paths<never>>>) {
  const names = Object.keys(contexts);
  const contextOf = (text: string) => names.find((name) => problemOf(text, pathsOf(contexts, name)) === undefined);
  const [first = ""] = names;
  const text = z.string().transform((text, issues): StatedConditions => {
    const context = contextOf(text);
    if (context !== undefined) return { context, conditions: [text] };
    issues.issues.push({ code: "custom", input: text, message: problemOf(text, pathsOf(contexts, first)) ?? "" });
    return z.NEVER;
  });
  const groups = names.map((context) =>
    z.strictObject({
      context: z.literal(context),
      conditions: z.array(condition(pathsOf(contexts, context))),
      error_mode: errorMode,
    }),
  );
  const [group, ...others] = groups;
  const grouped =
    group === undefined
      ? z.never()
      : z.discriminatedUnion("context", [group, ...others], { error: `must be ${names.join(" or ")}` });
  return z.array(z.union([text, grouped])).default([]);
}

function pathsOf(contexts: Readonly<Record<string, Paths<never>>>, name: string): Paths<never> {
  return contexts[name] ?? new Map();
}
