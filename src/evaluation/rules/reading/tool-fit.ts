/** Whether an offered tool is what a request calls for, and whether the request tells enough to call it. */
import type { JsonValue } from "../../../model/session.ts";
import { isArray, isScalar, memberOf } from "./json-leaves.ts";
import type { OfferedTool } from "./offered-tools.ts";
import type { Request } from "./request.ts";
import { countShared, wordStems } from "./word-stems.ts";

/**
 * From 0 to 2: the share of the tool's name that the request speaks of, and the share of the request that the tool speaks
 * of. At least 0.7 for 92 % (BFCL) and 66 % (When2Call) of the questions that a tool can answer, and for 23 % and 26 % of
 * those that none can; below 0.15 for 1 % and 11 %, against 56 % and 42 % (other half: see rule.ts).
 */
export function fitOf({ words }: OfferedTool, { stems }: Request): number {
  const { name, all } = words();
  return countShared(stems, name) / Math.max(1, name.size) + countShared(stems, all) / Math.max(1, stems.size);
}

export const fits = 0.7;

/** The tool that fits best, when one fits. */
export function fittingTool(tools: Iterable<OfferedTool>, request: Request): OfferedTool | undefined {
  let best: OfferedTool | undefined;
  let most = fits;
  for (const tool of tools) {
    const fit = fitOf(tool, request);
    if (fit >= most) [best, most] = [tool, fit];
  }
  return best;
}

/** Nothing says that a required parameter would have to be made up. */
export function isFillable(tool: OfferedTool, request: Request): boolean {
  const needs = tool.required.map((name) => needOf(name, tool.parameterOf(name)));
  const numeric = needs.filter((need) => need.kind === "number").length;
  const named = needs.filter((need) => need.kind === "text").length;
  return (
    numeric <= request.quantities &&
    named <= request.told &&
    needs.every(({ kind, choices }) => kind !== "choice" || countShared(choices, request.stems) > 0) &&
    (request.tellsTime || needs.every(({ kind }) => kind !== "time"))
  );
}

interface Need {
  readonly kind: "number" | "time" | "choice" | "text" | "free";
  readonly choices: ReadonlySet<string>;
}

const numericType = /^(?:number|integer|float|double|int|long)$/i;
const timeName = /date|time|day|month|year/i;
const none: ReadonlySet<string> = new Set();

function needOf(name: string, schema: JsonValue | undefined): Need {
  const type = memberOf(schema, "type");
  const listed = memberOf(schema, "enum");
  if (isArray(listed)) return { kind: "choice", choices: wordStems(listed.filter(isScalar).join(" ")) };
  if (typeof type === "string" && numericType.test(type)) return { kind: "number", choices: none };
  if (type === "boolean") return { kind: "free", choices: none };
  return { kind: timeName.test(name) ? "time" : "text", choices: none };
}
