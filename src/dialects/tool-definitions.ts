/** The tools offered to a model, as OpenAI, Anthropic, AI SDK, Gemini and the GenAI conventions write them. */
import type { JsonValue, ToolDefinition } from "../model/session.ts";
import type { AttributeMap } from "../model/span.ts";
import { firstMember, isList, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";

const schemaKeys = [
  "parameters",
  "inputSchema",
  "input_schema",
  "parametersJsonSchema",
  "parameters_json_schema",
  "json_schema",
];

/** Reads a list of definitions, or one; each may be JSON text. What is no definition is left out. */
export function parseToolDefinitions(value: JsonValue | undefined): readonly ToolDefinition[] {
  if (value === undefined) return [];
  const opened = unwrapJson(value);
  if (isList(opened)) return opened.flatMap(parseDefinition);
  return isObject(opened) ? parseDefinition(opened) : [];
}

function parseDefinition(value: JsonValue): readonly ToolDefinition[] {
  const opened = unwrapJson(value);
  const declarations = firstMember(opened, ["functionDeclarations", "function_declarations"]);
  if (isList(declarations)) return declarations.flatMap(parseFlat);
  const inner = member(opened, "function");
  return parseFlat(isObject(inner) ? inner : opened);
}

function parseFlat(value: JsonValue): readonly ToolDefinition[] {
  const name = textMember(value, "name");
  if (name === undefined) return [];
  const description = textMember(value, "description");
  const parameters = firstMember(value, schemaKeys);
  return [
    {
      name,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters: unwrapJson(parameters) }),
    },
  ];
}

/** Definitions that are flattened into attributes: `prefix.<i>.{name,description,parameters}`. The prefix ends in a dot. */
export function indexedToolDefinitions(attributes: AttributeMap, prefix: string): readonly ToolDefinition[] {
  const tools: ToolDefinition[] = [];
  for (let i = 0; attributes.has(`${prefix}${i}.name`); i++) {
    const members = ["name", "description", "parameters"].flatMap((member) => {
      const value = attributes.get(`${prefix}${i}.${member}`);
      return typeof value === "string" && value !== "" ? [[member, value] as const] : [];
    });
    tools.push(...parseFlat(Object.fromEntries(members)));
  }
  return tools;
}
