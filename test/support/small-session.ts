import type { BuiltSession, JsonValue, ModelCall, ToolCall, Turn } from "../../src/model/session.ts";

const noUsage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 };

export function toolCall(name: string, args: JsonValue, more: Partial<ToolCall> = {}): ToolCall {
  return { type: "tool_call", name, arguments: args, ...more };
}

export function modelCall(content: string, more: Partial<ModelCall> = {}): ModelCall {
  return { type: "model_call", content, ...more };
}

export function turnOf(turn: number, more: Partial<Turn> = {}): Turn {
  return {
    turn,
    userContent: `question ${turn}`,
    assistantContent: `answer ${turn}`,
    steps: [],
    aborted: false,
    inferred: false,
    traceIds: [],
    flags: [],
    usage: noUsage,
    digest: String(turn).padStart(64, "0"),
    ...more,
  };
}

export function sessionOf(turns: readonly Turn[], more: Partial<BuiltSession> = {}): BuiltSession {
  return {
    source: "messages",
    models: [],
    dialects: [],
    tools: [],
    turns,
    usage: noUsage,
    digest: "f".repeat(64),
    ...more,
  };
}
