import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { startHttpServer } from "./matrix/http-server.ts";

/** A JSON body, the pieces of a stream, or whatever a function does with the response. */
export type Reply = object | readonly string[] | ((response: ServerResponse) => void);

export interface Replies {
  /** Base URL. */
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly { readonly path: string; readonly body: unknown }[];
  readonly close: () => Promise<void>;
}

/** A provider that gives each request the next reply; the last one stays. */
export async function serveReplies(...replies: readonly Reply[]): Promise<Replies> {
  const requests: { path: string; body: unknown }[] = [];
  async function receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(incoming);
    const reply = replies[requests.length] ?? replies.at(-1);
    requests.push({ path: incoming.url ?? "", body: body === "" ? undefined : JSON.parse(body) });
    answer(response, reply ?? {});
  }
  const server = await startHttpServer((incoming, response) => void receive(incoming, response));
  return { url: `http://127.0.0.1:${server.port}`, requests, close: async () => server.close() };
}

function answer(response: ServerResponse, reply: Reply): void {
  if (typeof reply === "function") {
    reply(response);
    return;
  }
  response.writeHead(200, { "content-type": "application/json" });
  if (!Array.isArray(reply)) response.write(JSON.stringify(reply));
  else for (const piece of reply) response.write(piece);
  response.end();
}
