/** TLS towards the server upstream, over HTTP and gRPC alike. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ServerCredentials } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import type { ExporterFactory } from "../../../src/component/exporter.ts";
import { otlpGrpcExporter } from "../../../src/exporters/otlp-grpc.ts";
import { otlpHttpExporter } from "../../../src/exporters/otlp-http.ts";
import { StartError, UnavailableError } from "../../../src/model/errors.ts";
import { CA, SERVER_TLS } from "../../conformance/certificates.ts";
import { startGrpcUpstream } from "../../support/grpc-upstream.ts";
import { startUpstream } from "../../support/upstream.ts";
import { type RunningForwarder, startForwarder, withoutQueue } from "./forwarder-under-test.ts";

const pemOf = (name: string): string => readFileSync(fileOf(name), "utf8");
const fileOf = (name: string): string => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
const ours = { ca_file: fileOf("ca.pem") };
const client = { cert_file: fileOf("client.pem"), key_file: fileOf("client-key.pem") };
const stranger = { cert_file: fileOf("stranger.pem"), key_file: fileOf("stranger-key.pem") };

interface Door {
  /** Starts a server, which may ask for a client's certificate, and an exporter that is configured so. */
  readonly start: (tls: object, asksForClient?: boolean) => Promise<RunningForwarder & { received: () => number }>;
}

const http: Door = {
  async start(tls, asksForClient = false) {
    const { cert_pem: cert, key_pem: key } = SERVER_TLS;
    const clients = asksForClient ? { ca: CA, requestCert: true, rejectUnauthorized: true } : {};
    const upstream = await startUpstream({ tls: { cert, key, ...clients } });
    return { ...(await forwarder(otlpHttpExporter, upstream.url, tls)), received: () => upstream.requests.length };
  },
};

const grpc: Door = {
  async start(tls, asksForClient = false) {
    const pair = { cert_chain: Buffer.from(SERVER_TLS.cert_pem), private_key: Buffer.from(SERVER_TLS.key_pem) };
    const credentials = ServerCredentials.createSsl(asksForClient ? Buffer.from(CA) : null, [pair], asksForClient);
    const upstream = await startGrpcUpstream({ credentials });
    return {
      ...(await forwarder(otlpGrpcExporter, upstream.endpoint.replace("127.0.0.1", "localhost"), tls)),
      received: () => upstream.requests.length,
    };
  },
};

async function forwarder(factory: unknown, endpoint: string, tls: object): Promise<RunningForwarder> {
  const config = { endpoint, tls, timeout: "3s", retry_on_failure: { enabled: false }, ...withoutQueue };
  return startForwarder({ factory: factory as ExporterFactory, config });
}

describe.each([
  ["otlp_http", http],
  ["otlp_grpc", grpc],
])("%s over TLS", (_, { start }) => {
  test.each([
    ["whose authority it was given", ours],
    ["that it was told not to check", { insecure_skip_verify: true }],
    ["whose authority it was given as text", { ca_pem: pemOf("ca.pem") }],
    ["whose authority is one of many", { ...ours, include_system_ca_certs_pool: true }],
    ["in the one version that it speaks", { ...ours, min_version: "1.3" }],
    ["under another of its names", { ...ours, server_name_override: "localhost" }],
  ])("sends to a server %s", async (_, tls) => {
    const { send, received } = await start(tls);
    await send();
    expect(received()).toBe(1);
  });

  test("sends nothing to a server that nobody vouches for", async () => {
    const { send, received } = await start({});
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(received()).toBe(0);
  });

  test("sends nothing to a server of another name than it was told", async () => {
    const { send, received } = await start({ ...ours, server_name_override: "upstream.example.com" });
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(received()).toBe(0);
  });

  test("shows a certificate that it was given as text", async () => {
    const pair = { cert_pem: pemOf("client.pem"), key_pem: pemOf("client-key.pem") };
    const { send, received } = await start({ ...ours, ...pair }, true);
    await send();
    expect(received()).toBe(1);
  });

  test("shows its certificate to a server that asks for it", async () => {
    const { send, received } = await start({ ...ours, ...client }, true);
    await send();
    expect(received()).toBe(1);
  });

  test.each([
    ["none", {}],
    ["a stranger's", stranger],
  ])("reaches no server that asks for a certificate with %s", async (_, pair) => {
    const { send, received } = await start({ ...ours, ...pair }, true);
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(received()).toBe(0);
  });

  test("does not start with a file that cannot be read", async () => {
    const error: unknown = await start({ ca_file: "/nowhere/ca.pem" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StartError);
    expect((error as StartError).message).toBe(
      "exporters::otlp/up::tls::ca_file: cannot read /nowhere/ca.pem (ENOENT)",
    );
  });
});

test("otlp_grpc speaks TLS unless it is told otherwise, by `insecure` or by the scheme", async () => {
  const upstream = await startGrpcUpstream();
  const started = (endpoint: string, tls: object) => forwarder(otlpGrpcExporter, endpoint, tls);
  await expect((await started(upstream.endpoint, {})).send()).rejects.toBeInstanceOf(UnavailableError);
  await expect((await started(`https://${upstream.endpoint}`, { insecure: true })).send()).rejects.toBeInstanceOf(
    UnavailableError,
  );
  expect(upstream.requests).toHaveLength(0);
  await (await started(upstream.endpoint, { insecure: true })).send();
  await (await started(`http://${upstream.endpoint}`, {})).send();
  expect(upstream.requests).toHaveLength(2);
});
