/** What is said between the run and a thread with an agent in it. What the agent says is JSON text: an agent may answer anything. */
import type { AgentErrorCode } from "../evaluation/cases/agent-error.ts";

export interface ModuleAgentData {
  readonly url: string;
  readonly exportName: string;
}

export type ToAgentThread =
  | { readonly type: "ask"; readonly question: number; readonly request: Readonly<Record<string, unknown>> }
  /** After a step of the question asked last: it may be taken. A step that must not be ends the thread instead. */
  | { readonly type: "go_on" };

export type FromAgentThread =
  | { readonly type: "ready" }
  /** `question`: which one it belongs to. What an agent still does after its answer is nobody's. */
  | { readonly type: "step"; readonly question: number; readonly json: string }
  | { readonly type: "answer"; readonly question: number; readonly json: string }
  | { readonly type: "failure"; readonly question: number; readonly code: AgentErrorCode; readonly message: string };
