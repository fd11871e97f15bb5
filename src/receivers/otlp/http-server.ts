/** The HTTP server of OTLP/HTTP: Node's own, with bounds on how slowly a sender may send. */
import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { listen, type Listener } from "../../component/listen.ts";
import { readServerTls, type ServerTls } from "../../component/tls.ts";
import type { ReceiverNeeds } from "../../component/receiver.ts";
import { codeOf } from "../../model/errors.ts";
import { encodeStatus, RPC_CODES } from "../../otlp/rpc-status.ts";
import { createExportHandler, type ExportHandler, type HandlerNeeds } from "./export-handler.ts";
import type { HttpConfig } from "./http-config.ts";

/** How often, in milliseconds, Node looks for requests that are late. */
const CHECK_INTERVAL_MS = 5000;

/** Throws a StartError when the address cannot be had, a file of the settings cannot be read, or there is no such authenticator. */
export async function listenHttp(config: HttpConfig, needs: HandlerNeeds & ReceiverNeeds): Promise<Listener> {
  const setting = `receivers::${needs.id}::protocols::http`;
  const tls = config.tls && readServerTls(config.tls, `${setting}::tls`);
  const authenticator = config.auth && needs.authenticatorOf(config.auth.authenticator);
  const handle = createExportHandler({ ...needs, config, ...(authenticator && { authenticator }) });
  const authenticated = authenticator !== undefined || tls?.ca !== undefined;
  const create = (): Server => createExportServer(config, tls, handle);
  return listen(config.endpoint, `${setting}::endpoint`, create, { tls: tls !== undefined, authenticated });
}

function createExportServer(config: HttpConfig, tls: ServerTls | undefined, handle: ExportHandler): Server {
  const { read_timeout, idle_timeout } = config;
  const headersTimeout = shortest(config.read_header_timeout, read_timeout);
  const options: ServerOptions = {
    requestTimeout: read_timeout,
    headersTimeout,
    keepAliveTimeout: idle_timeout,
    // Its absence is refused like everything else, with a Status.
    requireHostHeader: false,
    connectionsCheckingInterval: shortest(CHECK_INTERVAL_MS, headersTimeout),
  };
  const server =
    tls === undefined
      ? createServer(options)
      : createTlsServer({ ...options, ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: true });
  server.on("request", (request, response) => void handle(request, response));
  // A sender that waits for "100 Continue" (curl, for bodies over 1 MB) can be refused before it sends anything.
  server.on("checkContinue", (request, response) => void handle(request, response));
  server.on("checkExpectation", (request, response) => void handle(request, response));
  server.on("clientError", refuseUnreadable);
  return server;
}

/** Of two timeouts; 0 is none. */
function shortest(one: number, other: number): number {
  return one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other);
}

const UNREADABLE: ReadonlyMap<string | undefined, string> = new Map([
  ["ERR_HTTP_REQUEST_TIMEOUT", "408 Request Timeout"],
  ["HPE_HEADER_OVERFLOW", "431 Request Header Fields Too Large"],
  ["HPE_CHUNK_EXTENSIONS_OVERFLOW", "413 Payload Too Large"],
]);

/** What is not HTTP, or not within the server's bounds: answered as Node would, but with the Status that OTLP asks for. */
function refuseUnreadable(error: Error, socket: Socket): void {
  if (codeOf(error) === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = UNREADABLE.get(codeOf(error)) ?? "400 Bad Request";
  const body = encodeStatus(
    { code: RPC_CODES.invalidArgument, message: `The request could not be read: ${status.slice(4)}.` },
    "json",
  );
  const head = `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
}
