/** Answers what is not HTTP, or not within the server's bounds: as Node would, but with the Status that OTLP asks for. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { codeOf } from "../../model/errors.ts";
import { encodeStatus, RPC_CODES } from "../../otlp/rpc-status.ts";

export interface UnreadableRequests {
  /** To be told of every request. */
  note(request: IncomingMessage, response: ServerResponse): void;
  /** For the server's `clientError`. Ends the connection. */
  refuse(problem: Error, socket: Socket): Promise<void>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Requests that came whole before on the same connection are answered first: each answer belongs to the next request. */
export function createUnreadableRequests(): UnreadableRequests {
  const underWay = new WeakMap<Socket, Set<Exchange>>();
  return {
    note(request, response) {
      const exchanges = underWay.get(request.socket) ?? new Set();
      const exchange = { request, response };
      underWay.set(request.socket, exchanges.add(exchange));
      response.on("close", () => exchanges.delete(exchange));
    },
    async refuse(problem, socket) {
      const exchanges = [...(underWay.get(socket) ?? [])];
      const whole = exchanges.filter(({ request }) => request.complete);
      await Promise.all(whole.map(async ({ response }) => closeOf(response)));
      const isAnswered = exchanges.some(({ request, response }) => !request.complete && response.headersSent);
      if (codeOf(problem) === "ECONNRESET" || !socket.writable || isAnswered) socket.destroy();
      else socket.end(answerTo(problem));
    },
  };
}

async function closeOf(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.on("close", resolve);
  });
}

const STATUSES: ReadonlyMap<string | undefined, string> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", "408 Request Timeout"],
  ["HPE_HEADER_OVERFLOW", "431 Request Header Fields Too Large"],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "413 Payload Too Large"],
]);

function answerTo(problem: Error): Buffer {
  const status = STATUSES.get(codeOf(problem)) ?? "400 Bad Request";
  const message = `The request could not be read: ${status.slice(4)}.`;
  const body = encodeStatus({ code: RPC_CODES.invalidArgument, message }, "json");
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
