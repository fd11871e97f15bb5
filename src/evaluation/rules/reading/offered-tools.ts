/** The tools offered to the model, by key (see toolKey), each with what the rules ask of it. */
import type { JsonValue, ToolDefinition } from "../../../model/session.ts";
import { createArgumentCheck, type ArgumentCheck } from "./argument-check.ts";
import { isArray, isRecord, memberOf } from "./json-leaves.ts";
import { once } from "./once.ts";
import { nameStems, wordStems } from "./word-stems.ts";

export interface OfferedTool {
  readonly definition: ToolDefinition;
  /** Names of the parameters; undefined when the definition names none or allows others. */
  readonly parameters: ReadonlySet<string> | undefined;
  /** The schema of one parameter, as offered. */
  parameterOf(name: string): JsonValue | undefined;
  readonly required: readonly string[];
  /** Compiled on first use. */
  readonly check: () => ArgumentCheck;
  /** Read on first use. */
  readonly words: () => ToolWords;
}

/** What a tool is about. */
export interface ToolWords {
  /** Stems of its name. */
  readonly name: ReadonlySet<string>;
  /** Of its name, its description, its parameters and their descriptions and values. */
  readonly all: ReadonlySet<string>;
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
  const required = memberOf(definition.parameters, "required");
  return {
    definition,
    parameters: closed ? new Set(Object.keys(properties)) : undefined,
    parameterOf: (name) => memberOf(properties, name),
    required: (isArray(required) ? required : []).filter((name) => typeof name === "string"),
    check: once(() => createArgumentCheck(definition.parameters)),
    words: once(() => readWords(definition, properties)),
  };
}

/** Longer descriptions are instructions for the model, which speak of everything. */
const longestDescription = 2_000;
const mostParameters = 100;

function readWords({ name, description = "" }: ToolDefinition, properties: JsonValue | undefined): ToolWords {
  const parameters = isRecord(properties) ? Object.entries(properties).slice(0, mostParameters) : [];
  const names = [name, ...parameters.map(([parameter]) => parameter)];
  const texts = [description.slice(0, longestDescription), ...parameters.flatMap(([, schema]) => textsOf(schema))];
  return {
    name: nameStems(name),
    all: new Set([...nameStems(names.join("\n")), ...wordStems(texts.join("\n"))]),
  };
}

/** What a parameter's schema says of it: its description, and the values it lists. */
function textsOf(schema: JsonValue): readonly string[] {
  const description = memberOf(schema, "description");
  const listed = memberOf(schema, "enum");
  const values = isArray(listed) ? listed.slice(0, mostParameters) : [];
  return [description, ...values]
    .filter((text) => typeof text === "string")
    .map((text) => text.slice(0, longestDescription));
}
