import type { Message, Part } from "../message.ts";

/**
 * The messages of a user's parts in providers that put tool results among them: these are a tool's, and what else was
 * said follows.
 */
export function withToolResultsApart(role: string, parts: readonly Part[]): readonly Message[] {
  const results = parts.filter(({ type }) => type === "tool_call_response");
  const said = parts.filter(({ type }) => type !== "tool_call_response");
  if (role === "assistant" || results.length === 0) return [{ role, parts }];
  return [{ role: "tool", parts: results }, ...(said.length > 0 ? [{ role, parts: said }] : [])];
}
