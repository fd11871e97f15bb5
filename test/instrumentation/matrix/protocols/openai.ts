import { chatChunks, chatCompletion, responseEvents, responseObject } from "../../../../examples/scripted-shapes.mjs";
import type { ScriptedMessage } from "../../../../examples/scripted-model.mjs";
import type { Answer } from "../scenarios.ts";
import { type Protocol, sendJson, sendPieces } from "./protocol.ts";

/** OpenAI's chat completions and Responses API. */
export const openai: Protocol = {
  matches: (path) => path.startsWith("/v1/chat/completions") || path.startsWith("/v1/responses"),
  answer(request, answer, response) {
    if (answer.error !== undefined) {
      // Some clients ask again only when they are told that they may.
      if (answer.error === 429) response.setHeader("retry-after", "0");
      sendJson(response, answer.error, { error: { message: `scripted ${answer.error}`, type: "scripted" } });
      return;
    }
    const isResponses = request.path.startsWith("/v1/responses");
    const reply = { message: messageOf(answer) };
    if (request.body["stream"] !== true) {
      sendJson(response, 200, isResponses ? responseObject(request, reply) : chatCompletion(request, reply));
      return;
    }
    const events = isResponses ? responseEvents(request, reply) : chatChunks(request, reply);
    sendPieces(response, "text/event-stream", events.map(toServerSentEvent), answer.hang === true);
  },
};

function messageOf({ text, calls }: Answer): ScriptedMessage {
  return { ...(text !== undefined && { content: text }), ...(calls !== undefined && { tool_calls: calls }) };
}

function toServerSentEvent(event: string | object): string {
  const name = typeof event === "object" && "type" in event ? `event: ${String(event.type)}\n` : "";
  return `${name}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;
}
