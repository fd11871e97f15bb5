/** Names of tools, as expectations give them. */
import { z } from "zod";
import { excerptOf } from "../rules/reading/excerpt-of.ts";
import type { MadeCall } from "./select-turns.ts";

/** A tool's name. `*` stands for any characters, as in `mcp__files__*`; letters count as they are written. */
export const toolName = z.string().min(1).max(200);

/** Takes time in proportion to the lengths: a part that was found need never be looked for anew. */
export function matchesName(pattern: string, name: string): boolean {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return name === pattern;
  if (name.length < start.length + end.length || !name.startsWith(start) || !name.endsWith(end)) return false;
  const between = name.slice(start.length, name.length - end.length);
  let from = 0;
  return parts.every((part) => {
    const at = between.indexOf(part, from);
    from = at + part.length;
    return at !== -1;
  });
}

const shownNames = 20;

/** For explanations. */
export function listNames(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, shownNames).map((name) => excerptOf(name, 80));
  const more = names.length - shown.length;
  return more === 0 ? shown.join(", ") : `${shown.join(", ")} and ${more} more`;
}

/** What was called, for explanations. */
export const listCalls = (calls: readonly MadeCall[]): string => listNames(calls.map(({ call }) => call.name));
