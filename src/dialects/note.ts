/** Lets whoever explains a session see what each fact was read from: the reading itself stays the same code. */

export type FactName =
  | "conversation_id"
  | "user_id"
  | "agent_name"
  | "error"
  | "input"
  | "output"
  | "system_prompt"
  | "tools"
  | "provider"
  | "model"
  | "response_model"
  | "finish_reason"
  | "response_id"
  | "previous_response_id"
  | "usage"
  | "cost"
  /** What a dialect reads of a model call in its own way. */
  | "call_facts"
  | "call_id"
  | "tool_name"
  | "arguments"
  | "result"
  | "wrapper_input"
  | "wrapper_reply";

/** Runs `read` and gives what it gave. */
export type Note = <Value>(fact: FactName, read: () => Value) => Value;

export const unnoted: Note = (_fact, read) => read();
