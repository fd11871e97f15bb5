import { type Fields, fieldsOf, listOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import { blob } from "../parts.ts";
import { serverToolCall, type ServerToolOutcome, serverToolResponse } from "../server-tool-parts.ts";

/** What such an item says that its tool was given, and what that gave. */
interface ServerTool {
  readonly given: (item: Fields) => unknown;
  /** Undefined or null: the item does not tell. */
  readonly result: (item: Fields) => unknown;
}

const nothing = (): undefined => undefined;

/** By the item's type without `_call`. Sources and results are there only if the application asked to have them included. */
const serverTools = new Map<string, ServerTool>([
  ["web_search", { given: searchOf, result: ({ action }) => fieldsOf(action)["sources"] }],
  ["file_search", { given: ({ queries }) => ({ queries }), result: ({ results }) => results }],
  ["code_interpreter", { given: ({ code }) => ({ code }), result: ({ outputs }) => outputOf(outputs) }],
  ["image_generation", { given: ({ revised_prompt }) => ({ revised_prompt }), result: nothing }],
  ["mcp", { given: ({ arguments: json }) => json, result: ({ output }) => output }],
]);

/**
 * A tool that the provider ran: its call and its result are one item of the Responses API. Undefined for items of other
 * kinds. An image that it made is a part of its own.
 */
export function serverToolParts(type: string, item: Fields): readonly Part[] | undefined {
  const kind = type.replace(/_call$/, "");
  const tool = type.endsWith("_call") ? serverTools.get(kind) : undefined;
  if (tool === undefined) return undefined;
  const name = kind === "mcp" ? (textOf(item["name"]) ?? kind) : kind;
  const outcome = outcomeOf(item, tool.result(item));
  const image = kind === "image_generation" ? textOf(item["result"]) : undefined;
  return [
    serverToolCall(item["id"], name, tool.given(item)),
    ...(outcome === undefined ? [] : [serverToolResponse(item["id"], name, outcome)]),
    ...(image === undefined ? [] : [blob("image", image)]),
  ];
}

function outcomeOf({ error, status }: Fields, result: unknown): ServerToolOutcome | undefined {
  if (error !== undefined && error !== null) return { error: textOf(error) ?? fieldsOf(error)["message"] ?? error };
  if (status === "failed") return { error: "failed" };
  return result === undefined || result === null ? undefined : { result };
}

function searchOf({ action }: Fields): Fields {
  const { sources: _sources, ...asked } = fieldsOf(action);
  return asked;
}

/** What the code printed, as a text where there is nothing else. */
function outputOf(outputs: unknown): unknown {
  const logs = listOf(outputs).map((output) => textOf(fieldsOf(output)["logs"]));
  return logs.length > 0 && logs.every((text) => text !== undefined) ? logs.join("") : outputs;
}
