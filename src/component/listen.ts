/** Opens the servers behind one configured endpoint. Everything that listens does so here, so the rules hold everywhere. */
import type { Server } from "node:http";
import { codeOf, StartError } from "../model/errors.ts";
import type { Endpoint } from "./config-schemas.ts";

export interface Listener {
  /** As a client writes it: `http://localhost:4318`. */
  readonly url: string;
  readonly port: number;
  /** Takes no new connections, lets running requests finish, and cuts those that are not done after `graceMs`. Safe twice. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Listens on the endpoint; `localhost` is 127.0.0.1 and, where the machine has it, ::1, each with a server from
 * `createServer`. `setting` is the endpoint's place in the configuration, for messages. Throws a StartError when the
 * address cannot be had, or when it is not on this machine alone: nothing here asks who is calling.
 */
export async function listen(endpoint: Endpoint, setting: string, createServer: () => Server): Promise<Listener> {
  if (!isLoopback(endpoint.host)) throw beyondLoopback(endpoint, setting);
  const hosts = endpoint.host === "localhost" ? ["127.0.0.1", "::1"] : [endpoint.host];
  const servers = await openAll(hosts, endpoint, setting, createServer);
  const port = portOf(servers) ?? endpoint.port;
  const shown = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host;
  let closed: Promise<unknown> | undefined;
  return {
    url: `http://${shown}:${port}`,
    port,
    close: async (graceMs = 5000) => {
      closed ??= Promise.all(servers.map(async (server) => closeServer(server, graceMs)));
      await closed;
    },
  };
}

/** True for addresses that only programs on this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** With port 0 the first address takes a free port and the others must get the same one, which may need another try. */
async function openAll(hosts: readonly string[], endpoint: Endpoint, setting: string, createServer: () => Server) {
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = [];
    try {
      for (const host of hosts) {
        const server = createServer();
        const port = portOf(servers) ?? endpoint.port;
        if (await open(server, host, port, servers.length > 0)) servers.push(server);
      }
      return servers;
    } catch (error) {
      await Promise.all(servers.map(async (server) => closeServer(server, 0)));
      const taken = codeOf(error) === "EADDRINUSE" && endpoint.port === 0;
      if (!taken || attempt === 10) throw cannotListen(error, endpoint, setting);
    }
  }
}

/** The port that the first of the servers was given. */
function portOf([first]: readonly Server[]): number | undefined {
  const address = first?.address();
  return typeof address === "object" ? address?.port : undefined;
}

/** False when the address does not exist here and is optional (a machine without IPv6). */
async function open(server: Server, host: string, port: number, optional: boolean): Promise<boolean> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (optional && (code === "EADDRNOTAVAIL" || code === "EAFNOSUPPORT")) return false;
    throw error;
  }
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

function beyondLoopback({ host, port }: Endpoint, setting: string): StartError {
  return new StartError(
    "endpoint_not_local",
    `${setting}: ${host}:${port} can be reached from other machines, and this server does not ask who is calling`,
    "Listen on localhost, and put a proxy that authenticates in front of it to serve other machines",
  );
}

function cannotListen(error: unknown, { host, port }: Endpoint, setting: string): StartError {
  const options = { cause: error };
  const where = `${host}:${port}`;
  const code = codeOf(error);
  if (code === "EADDRINUSE")
    return new StartError(
      "port_in_use",
      `${setting}: another program listens on ${where}`,
      "Stop that program, or choose another port in the configuration (0 takes a free one)",
      options,
    );
  if (code === "EACCES")
    return new StartError(
      "port_forbidden",
      `${setting}: this user may not listen on ${where}`,
      "Choose a port above 1023",
      options,
    );
  return new StartError(
    "address_unavailable",
    `${setting}: cannot listen on ${where} (${code ?? String(error)})`,
    "Choose an address that this machine has, such as localhost",
    options,
  );
}
