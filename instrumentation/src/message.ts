import type { Fields } from "./json.ts";

/** A message as the GenAI semantic conventions write it in `gen_ai.input.messages` and `gen_ai.output.messages`. */
export interface Message {
  readonly role: string;
  readonly parts: readonly Part[];
  readonly finish_reason?: string;
}

/**
 * One part of a message. The bytes of media are left out (`size` counts them, in characters of base64); what only the
 * provider understands (references, compacted history) is a `provider_item`. Tools that the provider ran itself are
 * `server_tool_…`: nobody is asked to answer them.
 */
export type Part =
  | { readonly type: "text" | "reasoning"; readonly content: string }
  | { readonly type: "tool_call"; readonly id?: string; readonly name: string; readonly arguments: unknown }
  | { readonly type: "tool_call_response"; readonly id?: string; readonly response: unknown }
  | {
      readonly type: "server_tool_call";
      readonly id?: string;
      readonly name: string;
      readonly server_tool_call: Fields;
    }
  | { readonly type: "server_tool_call_response"; readonly id?: string; readonly server_tool_call_response: Fields }
  | { readonly type: "uri"; readonly modality: string; readonly uri: string }
  | { readonly type: "blob"; readonly modality: string; readonly mime_type?: string; readonly size: number }
  | { readonly type: "provider_item"; readonly item_type: string; readonly id?: string; readonly status?: string };

/** A tool call that a model asked for. `arguments` is parsed when it is JSON. */
export interface AskedToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
}

/**
 * A model's answer in which every tool call has an id: not all providers give them (Gemini, Ollama), and by it a tool that
 * runs finds the call that asked for it. `prefix` tells the answers apart.
 */
export function withCallIds(messages: readonly Message[], prefix: string): readonly Message[] {
  let count = 0;
  const identified = (part: Part): Part => {
    if (part.type !== "tool_call") return part;
    count += 1;
    return part.id === undefined ? { ...part, id: `${prefix}-${count}` } : part;
  };
  return messages.map((message) => ({ ...message, parts: message.parts.map(identified) }));
}

/** The tool calls in a model's answer that carry an id. */
export function toolCallsIn(messages: readonly Message[]): readonly AskedToolCall[] {
  return messages.flatMap(({ parts }) =>
    parts.flatMap((part) =>
      part.type === "tool_call" && typeof part.id === "string"
        ? [{ id: part.id, name: part.name, arguments: part.arguments }]
        : [],
    ),
  );
}
