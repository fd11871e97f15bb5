/** One HTTP server that plays every provider, and answers each cell's requests as its scenario says. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { startHttpServer } from "./http-server.ts";
import { anthropic } from "./protocols/anthropic.ts";
import { bedrock } from "./protocols/bedrock.ts";
import { gemini } from "./protocols/gemini.ts";
import { ollama } from "./protocols/ollama.ts";
import { openai } from "./protocols/openai.ts";
import type { Protocol } from "./protocols/protocol.ts";
import type { Answer, Scenario } from "./scenarios.ts";

const protocols: readonly Protocol[] = [openai, anthropic, bedrock, gemini, ollama];

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

  const server = await startHttpServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => response.writeHead(501).end(String(error)));
  });
  return {
    play(cell, { turns }) {
      cells.set(cell, { answers: turns.flatMap(({ answers }) => answers), asked: 0 });
      return `http://127.0.0.1:${server.port}/${cell}`;
    },
    requestsOf: (cell) => cells.get(cell)?.asked ?? 0,
    close: async () => server.close(),
  };
}

function asObject(body: string): Readonly<Record<string, unknown>> {
  const value: unknown = body === "" ? {} : JSON.parse(body);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- providers' requests are JSON objects
  return value as Readonly<Record<string, unknown>>;
}
