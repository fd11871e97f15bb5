/**
 * The HTTP/2 server of OTLP/gRPC. It is Node's own and not grpc-js's, which hands a message over only when all of it has
 * been read and decompressed: that memory could not be counted (docs/decisions/007-grpc-on-node-http2.md).
 */
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer as createNetServer, type Socket } from "node:net";
import { doorAt } from "../../component/door.ts";
import type { AuthenticatorOf } from "../../component/extension.ts";
import { listen, type Listener, type ListeningServer } from "../../component/listen.ts";
import { readServerTls, type ServerTls } from "../../component/tls.ts";
import type { GrpcConfig } from "./grpc-config.ts";
import { createGrpcHandler, type GrpcHandler, type GrpcHandlerOptions } from "./grpc-handler.ts";
import { keepAlive } from "./grpc-keepalive.ts";

/** What a sender may have sent of one message, and on one connection, before we have read it. HTTP/2's 64 KiB is slow over distance. */
const STREAM_WINDOW = 1024 * 1024;
const CONNECTION_WINDOW = 4 * 1024 * 1024;

const MEBIBYTE = 1024 * 1024;

type GrpcNeeds = Pick<
  GrpcHandlerOptions,
  "pipelines" | "holdBytes" | "pace" | "decoder" | "id" | "logger" | "telemetry"
> & {
  readonly authenticatorOf: AuthenticatorOf;
};

/** Its URL begins with `grpc:`, or `grpcs:` with TLS. Throws a StartError. */
export async function listenGrpc(config: GrpcConfig, needs: GrpcNeeds): Promise<Listener> {
  const setting = `receivers::${needs.id}::protocols::grpc`;
  const tls = config.tls && readServerTls(config.tls, `${setting}::tls`);
  const authenticator = config.auth && needs.authenticatorOf(config.auth.authenticator);
  const door = doorAt(config.endpoint);
  warnOfBufferSizes(config, needs);
  const handle = createGrpcHandler({
    ...needs,
    includeMetadata: config.include_metadata,
    maxMessageSize: config.max_recv_msg_size_mib * MEBIBYTE,
    readTimeoutMs: config.read_timeout,
    door,
    ...(authenticator && { authenticator }),
  });
  const create = (): ListeningServer => createGrpcServer(config, tls, handle);
  const reach = { tls: tls !== undefined, authenticated: authenticator !== undefined };
  const listener = await listen(config.endpoint, `${setting}::endpoint`, create, reach);
  return { ...listener, url: listener.url.replace(/^http/, "grpc") };
}

function warnOfBufferSizes(config: GrpcConfig, { logger }: GrpcNeeds): void {
  if (config.read_buffer_size === undefined && config.write_buffer_size === undefined) return;
  logger.warn({}, "read_buffer_size and write_buffer_size have no effect: the runtime sizes its buffers itself");
}

/** A server of sockets in front of the one for HTTP/2, which cannot end its connections itself. */
function createGrpcServer(config: GrpcConfig, tls: ServerTls | undefined, handle: GrpcHandler): ListeningServer {
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const http2 = createHttp2Server(config, tls);
  const take = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    _flags: number,
    rawHeaders: readonly string[],
  ): void => void handle(stream, headers, rawHeaders);
  http2.on("stream", take);
  http2.on("session", (session) => {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
    session.setLocalWindowSize(CONNECTION_WINDOW);
    expectPreface(session, config.read_timeout);
    keepAlive(session, config.keepalive);
  });
  const server = createNetServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    http2.emit("connection", socket);
  });
  return Object.assign(server, {
    /** Tells the senders that nothing new is taken; a connection ends with its last call. */
    closeIdleConnections(): void {
      for (const session of sessions) if (!session.closed) session.close();
    },
    closeAllConnections(): void {
      for (const socket of sockets) socket.destroy();
    },
  });
}

function createHttp2Server(config: GrpcConfig, tls: ServerTls | undefined): Http2Server {
  const settings = { maxConcurrentStreams: config.max_concurrent_streams, initialWindowSize: STREAM_WINDOW };
  if (tls === undefined) return createServer({ settings });
  return createSecureServer({ ...tls, settings, requestCert: tls.ca !== undefined, rejectUnauthorized: true });
}

/** Ends a connection on which nothing is said. */
function expectPreface(session: ServerHttp2Session, timeoutMs: number): void {
  const late = setTimeout(() => session.destroy(), timeoutMs);
  session.once("remoteSettings", () => clearTimeout(late));
  session.on("close", () => clearTimeout(late));
}
