/** A model that gives the replies of a script, and keeps what it was asked. */
import type { ModelClient, ModelReply, ModelRequest } from "../../../src/evaluation/model-client.ts";

export interface ScriptedClient extends ModelClient {
  readonly requests: readonly ModelRequest[];
}

/** A text is an answer with status 200; an object is put down as JSON; a number is a status without an answer. */
export type ScriptedReply = string | number | object;

export function scriptClient(...replies: readonly ScriptedReply[]): ScriptedClient {
  return answerClient((_, index) => {
    const reply = replies[index];
    if (reply === undefined) throw new Error(`more than ${replies.length} questions were asked`);
    return reply;
  });
}

/** `index`: how many questions were asked before. */
export function answerClient(answer: (request: ModelRequest, index: number) => ScriptedReply): ScriptedClient {
  const requests: ModelRequest[] = [];
  return {
    requests,
    ask: async (request) => toReply(answer(request, requests.push(request) - 1)),
  };
}

function toReply(reply: ScriptedReply): ModelReply {
  if (typeof reply === "number") return { status: reply, error: "Boom" };
  return { status: 200, text: typeof reply === "string" ? reply : JSON.stringify(reply) };
}
