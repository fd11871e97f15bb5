import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../scenarios.ts";

/** One request to the scripted provider. `number` counts within the cell, from 1. */
export interface ProviderRequest {
  readonly number: number;
  /** The path behind the cell's base URL, with the query string. */
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  /** The parsed JSON body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** How one provider says things on the wire. */
export interface Protocol {
  readonly matches: (path: string) => boolean;
  /** Writes the answer as the provider would, to its end unless the answer hangs. */
  readonly answer: (request: ProviderRequest, answer: Answer, response: ServerResponse) => void;
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Sends the pieces of a stream; of an answer that hangs only the first half, and no end. */
export function sendPieces(
  response: ServerResponse,
  contentType: string,
  pieces: readonly (string | Uint8Array)[],
  hang: boolean,
): void {
  response.writeHead(200, { "content-type": contentType });
  for (const piece of hang ? pieces.slice(0, Math.ceil(pieces.length / 2)) : pieces) response.write(piece);
  if (!hang) response.end();
}
