/** An HTTP server that also speaks HTTP/2 without TLS, as AWS's clients do: one port for all providers. */
import { once } from "node:events";
import { createServer as createHttp1Server, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer, type Socket } from "node:net";

export type OnRequest = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServer {
  /** On 127.0.0.1. */
  readonly port: number;
  close(): Promise<void>;
}

export async function startHttpServer(onRequest: OnRequest): Promise<HttpServer> {
  const http1 = createHttp1Server(onRequest);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by Node to be used alike
  const http2 = createHttp2Server(onRequest as unknown as Parameters<typeof createHttp2Server>[1]);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    socket.once("data", (start) => {
      socket.pause();
      socket.unshift(start);
      // The first words of an HTTP/2 client are always the same: PRI * HTTP/2.0
      (start.toString("latin1").startsWith("PRI *") ? http2 : http1).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return {
    port: address.port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
