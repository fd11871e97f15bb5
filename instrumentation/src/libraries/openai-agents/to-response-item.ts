import { type Fields, fieldsOf, textOf } from "../../json.ts";

/** An item of the SDK's own protocol as the item of the Responses API that it stands for. */
export function toResponseItem(value: unknown): Fields {
  const item = fieldsOf(value);
  const call_id = item["callId"];
  if (item["type"] === "function_call_result") {
    return { type: "function_call_output", call_id, output: outputOf(item["output"]) };
  }
  if (item["type"] === "hosted_tool_call") return hostedItem(item);
  return call_id === undefined ? item : { ...item, call_id };
}

/** The item is beside the SDK's own fields, but for what may be large: a tool's output, an image as its `result`. */
function hostedItem({ name, type, output, providerData, ...item }: Fields): Fields {
  return { output, result: output, ...item, ...fieldsOf(providerData), type: textOf(name) ?? type };
}

/** A text, a part of a message or a list of such parts. */
function outputOf(output: unknown): unknown {
  const { type, text } = fieldsOf(output);
  if (type === "text" && typeof text === "string") return text;
  return output;
}
