import { fieldsOf, listOf } from "../../json.ts";

/**
 * The tools offered to the model, as the conventions write them, from the form that the model's package gave them: OpenAI's
 * (nested or not), Anthropic's, Google's (a list in one tool) or Bedrock's.
 */
export function toToolDefinitions(tools: unknown): readonly unknown[] {
  return listOf(tools).flatMap((tool) => {
    const declarations = fieldsOf(tool)["functionDeclarations"];
    return Array.isArray(declarations) ? declarations.map(toToolDefinition) : [toToolDefinition(tool)];
  });
}

function toToolDefinition(tool: unknown): unknown {
  const fields = fieldsOf(tool);
  const nested = fieldsOf(fields["function"] ?? fields["toolSpec"] ?? fields["custom"] ?? tool);
  const { name, description, input_schema: anthropic, inputSchema: bedrock } = nested;
  // A tool that the provider runs itself.
  if (typeof name !== "string") return tool;
  const parameters = nested["parameters"] ?? anthropic ?? fieldsOf(bedrock)["json"];
  return { type: "function", name, description, parameters };
}
