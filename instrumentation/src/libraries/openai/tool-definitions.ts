import { fieldsOf, listOf } from "../../json.ts";

/**
 * The tools offered to the model, as the conventions write them: chat completions nest a function's fields one level
 * deeper than the Responses API, which already has this form. Functions and other runtime values are not JSON and fall out.
 */
export function toToolDefinitions(tools: unknown): readonly unknown[] {
  return listOf(tools).map((tool) => {
    const { function: nested, custom, ...rest } = fieldsOf(tool);
    const { name, description, parameters, strict } = fieldsOf(nested ?? custom ?? rest);
    return nested === undefined && custom === undefined
      ? tool
      : { type: rest["type"], name, description, parameters, strict };
  });
}
