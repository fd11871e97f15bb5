/** One HTTP server that plays every provider, and answers each cell's requests as its scenario says. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { anthropic } from "./protocols/anthropic.ts";
import { openai } from "./protocols/openai.ts";
import type { Protocol } from "./protocols/protocol.ts";
import type { Answer, Scenario } from "./scenarios.ts";

const protocols: readonly Protocol[] = [openai, anthropic];

export interface ScriptedProvider {
  /** Gives the cell a base URL of its own, from which its requests are answered in the scenario's order. */
  play(cell: string, scenario: Scenario): string;
  /** How often the cell's program has asked. */
  requestsOf(cell: string): number;
  close(): Promise<void>;
}

export async function startScriptedProvider(): Promise<ScriptedProvider> {
  const cells = new Map<string, { readonly answers: readonly Answer[]; asked: number }>();

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = "", ...rest] = (incoming.url ?? "").split("/");
    const path = `/${rest.join("/")}`;
    const cell = cells.get(id);
    const protocol = protocols.find(({ matches }) => matches(path));
    if (cell === undefined || protocol === undefined) {
      response.writeHead(404).end(`no script for ${incoming.url}`);
      return;
    }
    const body = await text(incoming);
    cell.asked += 1;
    const answer = cell.answers[cell.asked - 1] ?? cell.answers.at(-1) ?? {};
    const request = { number: cell.asked, path, headers: incoming.headers, body: asObject(body) };
    protocol.answer(request, answer, response);
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.writeHead(501).end(String(error)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return {
    play(cell, { turns }) {
      cells.set(cell, { answers: turns.flatMap(({ answers }) => answers), asked: 0 });
      return `http://127.0.0.1:${address.port}/${cell}`;
    },
    requestsOf: (cell) => cells.get(cell)?.asked ?? 0,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function asObject(body: string): Readonly<Record<string, unknown>> {
  const value: unknown = body === "" ? {} : JSON.parse(body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- providers' requests are JSON objects
  return value as Readonly<Record<string, unknown>>;
}
