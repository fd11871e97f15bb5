/**
 * Parts for the tools that a provider runs itself, inside one request (web search, code, file search, MCP servers), as the
 * conventions write them: https://github.com/open-telemetry/semantic-conventions/blob/main/docs/gen-ai/gen-ai-output-messages.json
 */
import { type Fields, isFields, parsedOrText } from "../json.ts";
import type { Part } from "../message.ts";

/** That such a tool was used. Arguments that are JSON are parsed; those that would hide the conventions' own members stand under `arguments`. */
export function serverToolCall(id: unknown, name: string, toolArguments: unknown): Part {
  const given = withoutPayload(typeof toolArguments === "string" ? parsedOrText(toolArguments) : (toolArguments ?? {}));
  const isPlain = isFields(given) && !("type" in given) && !("arguments" in given);
  const facts = isPlain ? given : { arguments: given };
  return {
    type: "server_tool_call",
    ...(typeof id === "string" && { id }),
    name,
    server_tool_call: { ...facts, type: name },
  };
}

/** What it gave, or why it failed. */
export type ServerToolOutcome = { readonly result: unknown } | { readonly error: unknown };

export function serverToolResponse(id: unknown, name: string, outcome: ServerToolOutcome): Part {
  const told = "error" in outcome ? outcome : { result: withoutPayload(outcome.result) };
  return {
    type: "server_tool_call_response",
    ...(typeof id === "string" && { id }),
    server_tool_call_response: { type: name, ...told },
  };
}

/** What can be read in it: encrypted members are left out, and the bytes of files and images but for their size. */
function withoutPayload(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPayload);
  if (!isFields(value)) return typeof value === "string" && dataUrl.test(value) ? sizeOnly(value) : value;
  const readable = Object.entries(value).filter(([name]) => !name.startsWith("encrypted_"));
  return Object.fromEntries(
    readable.map(([name, content]) => [name, isBytes(name, value) ? sizeOnly(content) : withoutPayload(content)]),
  );
}

const dataUrl = /^data:[^,]{0,200};base64,/;

/** Anthropic's `{type: "base64", data}`, Google's `{mimeType, data}`. */
const isBytes = (name: string, { type, mimeType, [name]: content }: Fields): boolean =>
  name === "data" && typeof content === "string" && (type === "base64" || typeof mimeType === "string");

const sizeOnly = (content: unknown): string => `[${String(content).length} characters of base64]`;
