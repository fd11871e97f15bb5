/** The tools offered to the model, by key (see toolKey), each with what the rules ask of it. */
import type { JsonValue, ToolDefinition } from "../../../model/session.ts";
import { createArgumentCheck, type ArgumentCheck } from "./argument-check.ts";
import { isRecord, memberOf } from "./json-leaves.ts";

export interface OfferedTool {
  readonly definition: ToolDefinition;
  /** Names of the parameters; undefined when the definition names none or allows others. */
  readonly parameters: ReadonlySet<string> | undefined;
  /** The schema of one parameter, as offered. */
  parameterOf(name: string): JsonValue | undefined;
  /** Compiled on first use. */
  readonly check: () => ArgumentCheck;
}

export function readOfferedTools(tools: readonly ToolDefinition[]): ReadonlyMap<string, OfferedTool> {
  return new Map(tools.map((definition) => [toolKey(definition.name), readTool(definition)]));
}

/** APIs replace characters that they do not allow in names, and models put them back: only letters and digits count. */
export const toolKey = (name: string): string => name.replace(/[^\p{L}\p{N}]+/gu, "_").toLowerCase();

function readTool(definition: ToolDefinition): OfferedTool {
  const properties = memberOf(definition.parameters, "properties");
  const open = memberOf(definition.parameters, "additionalProperties");
  const closed = isRecord(properties) && (open === undefined || open === false);
  let check: ArgumentCheck | undefined;
  return {
    definition,
    parameters: closed ? new Set(Object.keys(properties)) : undefined,
    parameterOf: (name) => memberOf(properties, name),
    check: () => (check ??= createArgumentCheck(definition.parameters)),
  };
}
