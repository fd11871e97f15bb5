/**
 * Whether a tool was asked for something and found nothing. No text at all is no answer of that kind: a tool that only does
 * something has nothing to tell.
 */
import type { JsonValue } from "../../../model/session.ts";
import { isArray, isRecord, memberOf } from "./json-leaves.ts";

const nothing =
  /^(?:\[\s{0,5}\]|\{\s{0,5}\}|null|none|nil|n\/a|nothing|no (?:results?|output|data|records?|matches|items?|entries)(?: (?:were )?found)?)\.?$/i;
/** What code runners put around the output. */
const runnerText = /^exit ?code:? ?0\b[^\n]{0,60}\n?/i;
const outputLabel = /^(?:code )?(?:output|stdout|result):/i;
/** Longer texts tell something. */
const longest = 200;

export function isEmptyAnswer(result: JsonValue | undefined): boolean {
  if (result === undefined || result === null) return false;
  if (typeof result === "string") return isEmptyText(result);
  if (isArray(result)) return result.length === 0;
  if (!isRecord(result)) return false;
  const held = ["results", "result", "data", "items", "output", "stdout"].map((name) => memberOf(result, name));
  const only = Object.keys(result).length === 1 ? held.find((value) => value !== undefined) : undefined;
  return Object.keys(result).length === 0 || isEmptyAnswer(only);
}

function isEmptyText(result: string): boolean {
  if (result.length > longest) return false;
  const told = result.trim();
  const printed = told.replace(runnerText, "").trim().replace(outputLabel, "").trim();
  return nothing.test(told) || (printed === "" && told !== "");
}
