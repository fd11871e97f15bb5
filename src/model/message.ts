/** A chat message in OpenAI's shape, the one that message doors accept. Unknown members are kept and ignored. */
import type { JsonValue } from "./session.ts";

export interface ChatMessage {
  readonly role: string;
  readonly content?: string | null | readonly JsonValue[];
  readonly name?: string;
  readonly tool_calls?: readonly ChatToolCall[];
  readonly tool_call_id?: string;
}

export interface ChatToolCall {
  readonly id?: string;
  readonly type?: string;
  readonly function: { readonly name: string; readonly arguments: string | JsonValue };
}
