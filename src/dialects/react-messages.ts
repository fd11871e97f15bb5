/**
 * Agents that think aloud (ReAct, as LlamaIndex's): what the model asks of a tool is words, `Action: x` and `Action Input:
 * {…}`, and what the tool gave comes back as a user's message, `Observation: …`.
 */
import type { JsonValue } from "../model/session.ts";
import { parseStructure } from "./lenient-json.ts";
import type { MessageSource } from "./message-source.ts";
import type { Message, MessageCall } from "./message.ts";
import { parsePythonLiteral } from "./python-literal.ts";
import { readToolResult } from "./tool-result.ts";

const OBSERVATION = "Observation:";

/** Such words in the history, read as calls and results; the texts stay. An answer is left as the model gave it. */
export function withSpokenCalls(source: MessageSource): MessageSource {
  return (span, context) => {
    const list = source(span, context);
    return list?.messages.some(isObservation) === true ? { ...list, messages: openAll(list.messages) } : list;
  };
}

/** What the user gets of such a model's last words: `Thought: …`, then `Answer: …` or `Final Answer: …`. */
export function spokenAnswer(text: string): string {
  if (!text.startsWith("Thought:")) return text;
  const answer = /^(?:Final )?Answer:[ \t]*/m.exec(text);
  return answer === null ? text : text.slice(answer.index + answer[0].length);
}

function openAll(messages: readonly Message[]): readonly Message[] {
  return messages.map((message, at) => {
    const next = messages[at + 1];
    if (next !== undefined && isObservation(next)) return withCall(message);
    const before = messages[at - 1];
    return isObservation(message) && before !== undefined && callIn(before) !== undefined ? toResult(message) : message;
  });
}

function isObservation({ role, text }: Message): boolean {
  return role === "user" && text.startsWith(OBSERVATION);
}

function withCall(message: Message): Message {
  const call = message.calls.length === 0 ? callIn(message) : undefined;
  return call === undefined ? message : { ...message, calls: [call] };
}

function toResult({ text }: Message): Message {
  const result = readToolResult(text.slice(OBSERVATION.length).trim());
  return { role: "tool", text: "", calls: [], results: [result] };
}

/** The last action that the model asks for; none in an answer. */
function callIn({ role, text }: Message): MessageCall | undefined {
  if (role !== "assistant") return undefined;
  const lines = text.split("\n");
  const at = lines.findLastIndex((line) => line.startsWith("Action:"));
  const input = lines.findIndex((line, index) => index > at && line.startsWith("Action Input:"));
  const name = lines[at]?.slice("Action:".length).trim() ?? "";
  if (name === "" || input < 0) return undefined;
  return { name, arguments: argumentsIn(lines.slice(input).join("\n").slice("Action Input:".length).trim()) };
}

function argumentsIn(text: string): JsonValue {
  return parseStructure(text) ?? parsePythonLiteral(text) ?? text;
}
