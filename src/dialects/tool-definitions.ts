/** The tools offered to a model, as OpenAI, Anthropic, AI SDK, Gemini and the GenAI conventions write them. */
import type { JsonValue, ToolDefinition } from "../model/session.ts";
import { firstMember, isList, isObject, member, textMember, unwrapJson } from "./lenient-json.ts";

const schemaKeys = ["parameters", "inputSchema", "input_schema", "parametersJsonSchema", "json_schema"];

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
