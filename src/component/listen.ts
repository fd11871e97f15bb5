/** Opens the servers behind one configured endpoint. Everything that listens does so here, so the rules hold everywhere. */
import type { ServerResponse } from "node:http";
import type { Server } from "node:net";
import { codeOf, StartError } from "../model/errors.ts";
import type { Endpoint } from "./config-schemas.ts";

export interface Listener {
  /** As a client writes it: `http://localhost:4318`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no new connections, lets running requests finish, and cuts those that are not done after `graceMs` (5 s), or as
   * soon as `hurry` aborts. Safe twice.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** A server that can end its connections, as Node's for HTTP and HTTPS can. */
export interface ListeningServer extends Server {
  closeIdleConnections(): void;
  closeAllConnections(): void;
}

export interface CloseOptions {
  readonly graceMs?: number;
  readonly hurry?: AbortSignal | undefined;
}

/** Why other machines may connect. Without a reason they may not. */
interface Reach {
  /** Every request is asked who sends it. */
  readonly authenticated?: boolean;
  /** What is told here is for anybody: the `public` that the configuration of this endpoint takes. */
  readonly public?: boolean;
}

export interface ListenOptions extends Reach {
  /** The servers speak TLS. */
  readonly tls?: boolean;
}

/**
 * Listens on the endpoint; `localhost` is 127.0.0.1 and, where the machine has it, ::1, each with a server from
 * `createServer`. `setting` is the endpoint's place in the configuration, for messages. Throws a StartError when the
 * address cannot be had, or may not: see requireReach.
 */
export async function listen(
  endpoint: Endpoint,
  setting: string,
  createServer: () => ListeningServer,
  { tls = false, ...reach }: ListenOptions = {},
): Promise<Listener> {
  requireReach(endpoint, setting, reach);
  const hosts = endpoint.host === "localhost" ? ["127.0.0.1", "::1"] : [endpoint.host];
  const servers = await openAll(hosts, endpoint, setting, createServer);
  const port = portOf(servers) ?? endpoint.port;
  givenPorts.set(endpoint, port);
  const forget = notePort(port, setting);
  const shown = endpoint.host.includes(":") ? `[${endpoint.host}]` : endpoint.host;
  let closed: Promise<unknown> | undefined;
  return {
    url: `${tls ? "https" : "http"}://${shown}:${port}`,
    port,
    async close(options = {}) {
      closed ??= Promise.all(servers.map(async (server) => closeServer(server, options))).finally(forget);
      await closed;
    },
  };
}

/** What endpoints were given that took any port, so that it can be had again. */
const givenPorts = new WeakMap<Endpoint, number>();

/** Has `to`, when it takes any port, take the one that `from` was given, unless another program has that by now. */
export function passOnPort(from: Endpoint, to: Endpoint): void {
  const port = givenPorts.get(from);
  if (to.port === 0 && port !== undefined) givenPorts.set(to, port);
}

/** True for addresses that only programs on this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Throws a StartError for an address beyond this machine, unless callers are authenticated or the endpoint is said to be public. */
function requireReach({ host, port }: Endpoint, setting: string, reach: Reach): void {
  if (isLoopback(host) || reach.authenticated === true || reach.public === true) return;
  const [asked, remedy] =
    reach.public === undefined
      ? [
          "and this server does not ask who is calling",
          "Listen on localhost, or name an authenticator beside the endpoint, as in auth: { authenticator: bearertokenauth }",
        ]
      : [
          "and nobody is asked who they are there",
          "Listen on localhost, or set public: true beside the endpoint if anybody who reaches the address may ask",
        ];
  throw new StartError(
    "endpoint_not_local",
    `${setting}: ${host}:${port} can be reached from other machines, ${asked}`,
    remedy,
  );
}

/** What this process listens on, so that two of its own endpoints on one port are told apart from another program's. */
const ownPorts = new Set<{ readonly port: number; readonly setting: string }>();

/** Returns what forgets it. */
function notePort(port: number, setting: string): () => void {
  const own = { port, setting };
  ownPorts.add(own);
  return () => void ownPorts.delete(own);
}

/** With port 0 the first address takes a free port and the others must get the same one, which may need another try. */
async function openAll(
  hosts: readonly string[],
  endpoint: Endpoint,
  setting: string,
  createServer: () => ListeningServer,
) {
  for (let attempt = 1; ; attempt++) {
    const servers: ListeningServer[] = [];
    try {
      for (const host of hosts) {
        const server = createServer();
        const again = attempt === 1 ? givenPorts.get(endpoint) : undefined;
        const port = portOf(servers) ?? again ?? endpoint.port;
        if (await open(server, host, port, servers.length > 0)) servers.push(server);
      }
      return servers;
    } catch (error) {
      await Promise.all(servers.map(async (server) => closeServer(server, { graceMs: 0 })));
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

async function closeServer(server: ListeningServer, { graceMs = 5000, hurry }: CloseOptions): Promise<void> {
  // Otherwise a connection that never rests would bring request after request until it is cut in the middle of one.
  server.prependListener("request", (_, response: ServerResponse) => (response.shouldKeepAlive = false));
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const cutAll = (): void => server.closeAllConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 20);
  const cut = setTimeout(cutAll, graceMs);
  hurry?.addEventListener("abort", cutAll);
  if (hurry?.aborted === true) cutAll();
  await closed;
  hurry?.removeEventListener("abort", cutAll);
  clearInterval(idle);
  clearTimeout(cut);
}

/** Why a server could not listen, with what to do about it. */
function cannotListen(error: unknown, { host, port }: Endpoint, setting: string): StartError {
  const options = { cause: error };
  const where = `${host}:${port}`;
  const code = codeOf(error);
  const own = [...ownPorts].find((one) => one.port === port);
  if (code === "EADDRINUSE" && own !== undefined)
    return new StartError(
      "port_in_use",
      `${setting}: ${where} is what ${own.setting} listens on`,
      "Give each of the two a port of its own (0 takes a free one)",
      options,
    );
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
