/** The servers that the table is run against: one for each distinct settings, started when first needed and then shared. */
import type { Authenticator } from "../../src/component/extension.ts";
import type { Signal } from "../../src/model/signal-batch.ts";
import { openReceiver, type OpenReceiver } from "../support/open-receiver.ts";

/** Plain data, so that equal settings can be told. */
export interface ServerSettings {
  /** The `http` and `grpc` blocks of the receiver's configuration. */
  readonly http?: Readonly<Record<string, unknown>>;
  readonly grpc?: Readonly<Record<string, unknown>>;
  /** Which signals have a pipeline; all by default. */
  readonly signals?: readonly Signal[];
  /** Name of the authenticator that the blocks refer to, and the settings of its `bearertokenauth`. */
  readonly authenticator?: Readonly<Record<string, unknown>>;
}

/** A server of our own, which lets us see what its pipelines were given and decide what they answer. */
export interface InnerServer extends OpenReceiver {
  /** What the pipelines throw from now on; undefined lets them succeed. */
  failWith(error: Error | undefined): void;
  /** The same before a body is read. */
  refuseWith(error: Error | undefined): void;
}

export interface ConformanceServer {
  /** `host` and `port` of OTLP/HTTP. */
  readonly host: string;
  readonly port: number;
  /** `host:port` of OTLP/gRPC. */
  readonly grpcAddress: string;
  /** Undefined for a server somewhere else. */
  readonly inner?: InnerServer;
}

export interface ConformanceServers {
  /** Undefined when there is no server with such settings: the one somewhere else has its own. */
  get(settings: ServerSettings | undefined): Promise<ConformanceServer | undefined>;
  close(): Promise<void>;
}

export function createServers(createAuthenticator: (settings: object) => Authenticator): ConformanceServers {
  const servers = new Map<string, Promise<ConformanceServer & { inner: InnerServer }>>();
  return {
    async get(settings = {}) {
      const key = JSON.stringify(settings);
      const server = servers.get(key) ?? start(settings, createAuthenticator);
      servers.set(key, server);
      return server;
    },
    async close() {
      await Promise.all([...servers.values()].map(async (server) => (await server).inner.shutdown()));
    },
  };
}

async function start(settings: ServerSettings, createAuthenticator: (settings: object) => Authenticator) {
  const { http, grpc = {}, signals, authenticator } = settings;
  let failure: Error | undefined;
  let refusal: Error | undefined;
  const created = authenticator === undefined ? undefined : createAuthenticator(authenticator);
  const receiver = await openReceiver({
    ...(http === undefined ? {} : { http }),
    ...(signals === undefined ? {} : { signals }),
    ...(created === undefined ? {} : { authenticatorOf: () => created }),
    grpc,
    admit() {
      if (refusal !== undefined) throw refusal;
    },
    async deliver() {
      if (failure !== undefined) throw failure;
    },
  });
  const inner: InnerServer = {
    ...receiver,
    failWith: (error) => void (failure = error),
    refuseWith: (error) => void (refusal = error),
  };
  return { host: "127.0.0.1", port: receiver.port, grpcAddress: receiver.grpcAddress, inner };
}

/** One that runs already. `grpcAddress` is "" when only its HTTP port is known. */
export function remoteServers(url: URL, grpcAddress: string): ConformanceServers {
  const server = { host: url.hostname, port: Number(url.port || 4318), grpcAddress };
  return { get: async (settings) => (settings === undefined ? server : undefined), close: async () => undefined };
}
