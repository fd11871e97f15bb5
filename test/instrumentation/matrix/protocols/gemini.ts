import type { ServerResponse } from "node:http";
import type { Answer } from "../scenarios.ts";
import { type Protocol, type ProviderRequest, sendJson, sendPieces } from "./protocol.ts";

/** The Gemini API, in the way of its older models: function calls have no ids. */
export const gemini: Protocol = {
  matches: (path) => /:(generateContent|streamGenerateContent)(\?|$)/.test(path),
  answer(request, answer, response) {
    if (answer.error !== undefined) sendError(answer.error, response);
    else if (request.path.includes(":generateContent")) sendJson(response, 200, wholeOf(request, answer));
    else sendPieces(response, "text/event-stream", piecesOf(request, answer).map(toEvent), answer.hang === true);
  },
};

function sendError(code: number, response: ServerResponse): void {
  sendJson(response, code, { error: { code, message: `scripted ${code}`, status: "SCRIPTED" } });
}

const usageMetadata = {
  promptTokenCount: 10,
  candidatesTokenCount: 5,
  totalTokenCount: 15,
  cachedContentTokenCount: 4,
};

function wholeOf(request: ProviderRequest, { text, calls = [] }: Answer): object {
  const parts = [...(text === undefined ? [] : [{ text }]), ...calls.map(toPart)];
  return { ...head(request), candidates: [candidate(parts, "STOP")], usageMetadata };
}

/** The words of the text, then the calls, then the end. */
function piecesOf(request: ProviderRequest, { text = "", calls = [] }: Answer): readonly object[] {
  const parts = [...words(text).map((word) => ({ text: word })), ...calls.map(toPart)];
  return [
    ...parts.map((part) => ({ ...head(request), candidates: [candidate([part])] })),
    { ...head(request), candidates: [candidate([{ text: "" }], "STOP")], usageMetadata },
  ];
}

const head = ({ number }: ProviderRequest): object => ({ responseId: `resp_${number}`, modelVersion: "scripted-001" });

function candidate(parts: readonly object[], finishReason?: string): object {
  return { index: 0, content: { role: "model", parts }, ...(finishReason !== undefined && { finishReason }) };
}

const toPart = ({ name, arguments: args }: { readonly name: string; readonly arguments: object }): object => ({
  functionCall: { name, args },
});

const words = (text: string): readonly string[] => text.match(/\S+\s*/g) ?? [];
const toEvent = (chunk: object): string => `data: ${JSON.stringify(chunk)}\r\n\r\n`;
