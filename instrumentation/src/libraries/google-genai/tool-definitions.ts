import { fieldsOf, listOf } from "../../json.ts";

/** The tools offered to the model: the application's functions, and by their kind those that the API runs itself. */
export function toToolDefinitions(tools: unknown): readonly unknown[] {
  return listOf(tools).flatMap((tool) => {
    const { functionDeclarations, ...others } = fieldsOf(tool);
    return [...listOf(functionDeclarations).map(toFunction), ...Object.keys(others).map((type) => ({ type }))];
  });
}

/** Parameters are a JSON schema, or Google's own kind of it. */
function toFunction(declaration: unknown): unknown {
  const { name, description, parameters, parametersJsonSchema } = fieldsOf(declaration);
  return { type: "function", name, description, parameters: parametersJsonSchema ?? parameters };
}
