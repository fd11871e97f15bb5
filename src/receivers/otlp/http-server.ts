/** The HTTP server of OTLP/HTTP: Node's own, with bounds on how slowly a sender may send. */
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { listen, type Listener } from "../../component/listen.ts";
import { readServerTls, type ServerTls } from "../../component/tls.ts";
import type { ReceiverNeeds } from "../../component/receiver.ts";
import { createExportHandler, type ExportHandler, type HandlerNeeds } from "./export-handler.ts";
import type { HttpConfig } from "./http-config.ts";
import { createUnreadableRequests } from "./unreadable-requests.ts";

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
  const unreadable = createUnreadableRequests();
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    unreadable.note(request, response);
    void handle(request, response);
  };
  server.on("request", take);
  // A sender that waits for "100 Continue" (curl, for bodies over 1 MB) can be refused before it sends anything.
  server.on("checkContinue", take);
  server.on("checkExpectation", take);
  server.on("clientError", (error, socket: Socket) => void unreadable.refuse(error, socket));
  return server;
}

/** Of two timeouts; 0 is none. */
function shortest(one: number, other: number): number {
  return one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other);
}
