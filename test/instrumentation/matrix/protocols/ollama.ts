import type { Answer } from "../scenarios.ts";
import { type Protocol, type ProviderRequest, sendJson, sendPieces } from "./protocol.ts";

/** Ollama's chat API: streams are lines of JSON, tool calls have no ids. */
export const ollama: Protocol = {
  matches: (path) => path.startsWith("/api/chat"),
  answer(request, answer, response) {
    const { text = "", calls = [] } = answer;
    if (answer.error !== undefined) sendJson(response, answer.error, { error: `scripted ${answer.error}` });
    else if (request.body["stream"] !== true) sendJson(response, 200, lastOf(request, messageOf(text, calls)));
    else sendPieces(response, "application/x-ndjson", piecesOf(request, answer).map(toLine), answer.hang === true);
  },
};

function piecesOf(request: ProviderRequest, { text = "", calls = [] }: Answer): readonly object[] {
  const messages = [
    ...words(text).map((word) => messageOf(word, [])),
    ...(calls.length > 0 ? [messageOf("", calls)] : []),
  ];
  return [
    ...messages.map((message) => ({ ...head(request), message, done: false })),
    lastOf(request, messageOf("", [])),
  ];
}

function lastOf(request: ProviderRequest, message: object): object {
  return { ...head(request), message, done: true, done_reason: "stop", prompt_eval_count: 10, eval_count: 5 };
}

const head = ({ body }: ProviderRequest): object => ({ model: body["model"], created_at: "2026-11-01T10:00:00.5Z" });

function messageOf(content: string, calls: NonNullable<Answer["calls"]>): object {
  const tool_calls = calls.map(({ name, arguments: args }) => ({ function: { name, arguments: args } }));
  return { role: "assistant", content, ...(calls.length > 0 && { tool_calls }) };
}

const words = (text: string): readonly string[] => text.match(/\S+\s*/g) ?? [];
const toLine = (piece: object): string => `${JSON.stringify(piece)}\n`;
