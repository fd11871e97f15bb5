/** R109 to R112: CORS, metadata, TLS. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTls, type ConnectionOptions, createSecureContext } from "node:tls";
import { credentials, Metadata } from "@grpc/grpc-js";
import { parseConfig } from "../support/open-receiver.ts";
import { all, type Assertion, everywhere, onlyOnce, overHttp } from "./assertion.ts";
import { CA, CA_FILE, CLIENT, SERVER_TLS, STRANGER } from "./certificates.ts";
import { assertDelivered, assertTakes, bodyOf } from "./checks.ts";
import { requestText } from "./connection-assertions.ts";
import { callExport } from "./grpc-client.ts";
import type { Probe } from "./probe.ts";
import { encodeRequest, smallRequest } from "./requests.ts";

const CORS = {
  authenticator: { token: "alpha" },
  http: {
    auth: { authenticator: "bearertokenauth" },
    cors: {
      allowed_origins: ["https://app.example.com", "https://*.example.org"],
      allowed_headers: ["Authorization", "X-Custom"],
      exposed_headers: ["Retry-After"],
      max_age: 600,
    },
  },
};

const preflight = async (probe: Probe, origin: string, headers: Record<string, string> = {}) =>
  probe.send({
    method: "OPTIONS",
    headers: { origin, "access-control-request-method": "POST", ...headers },
  });

const originOf = async (probe: Probe, origin: string): Promise<string | undefined> =>
  (await preflight(probe, origin)).headers["access-control-allow-origin"];

/** Whether a client with this certificate is served, or turned away. */
async function isServed(probe: Probe, client: ConnectionOptions): Promise<boolean> {
  return probe.cell.encoding === "grpc" ? isServedOverGrpc(probe, client) : isServedOverHttp(probe, client);
}

async function isServedOverGrpc({ cell, server }: Probe, client: ConnectionOptions): Promise<boolean> {
  const channel = credentials.createFromSecureContext(createSecureContext({ ca: CA, ...client }));
  const body = encodeRequest(cell, smallRequest(cell.signal));
  const { code } = await callExport(server.grpcAddress, cell.signal, body, new Metadata(), channel);
  return code === 0;
}

async function isServedOverHttp(probe: Probe, client: ConnectionOptions): Promise<boolean> {
  const { host, port } = probe.server;
  const socket = connectTls({ host, port, ca: CA, servername: "localhost", ...client });
  const answered = Promise.race([once(socket, "data"), once(socket, "close")]).catch(() => []);
  socket.write(requestText(probe, bodyOf(probe)));
  const [answer] = (await answered) as [unknown];
  socket.destroy();
  return Buffer.isBuffer(answer) && answer.toString().startsWith("HTTP/1.1 200 ");
}

export const browserAssertions: readonly Assertion[] = [
  {
    id: "R109",
    says: "says nothing of CORS unless it is configured",
    notFor: overHttp,
    async run(probe) {
      const answer = await preflight(probe, "https://app.example.com");
      assert.equal(answer.status, 405);
      const headers = { ...probe.headers, origin: "https://app.example.com" };
      const names = Object.keys((await probe.send({ headers, body: bodyOf(probe) })).headers);
      assert.deepEqual(
        names.filter((name) => name.startsWith("access-control")),
        [],
      );
    },
  },
  {
    id: "R109",
    says: "answers a preflight of an allowed origin with 204 and what may be sent, without credentials",
    server: CORS,
    notFor: overHttp,
    async run(probe) {
      const requested = { "access-control-request-headers": "content-type,authorization" };
      const { status, headers } = await preflight(probe, "https://app.example.com", requested);
      assert.equal(status, 204);
      assert.equal(headers["access-control-allow-origin"], "https://app.example.com");
      assert.equal(headers["access-control-allow-methods"], "POST");
      assert.equal(headers["access-control-allow-headers"], "content-type,authorization");
      assert.equal(headers["access-control-max-age"], "600");
      assert.match(headers.vary ?? "", /Origin/);
    },
  },
  {
    id: "R109",
    says: "answers a preflight of any other origin, or for other headers or methods, with 204 and nothing",
    server: CORS,
    notFor: overHttp,
    async run(probe) {
      const refused = [
        await preflight(probe, "https://evil.example.net"),
        await preflight(probe, "https://app.example.com", { "access-control-request-headers": "x-other" }),
        await preflight(probe, "https://app.example.com", { "access-control-request-method": "DELETE" }),
      ];
      for (const { status, headers } of refused)
        assert.deepEqual([status, headers["access-control-allow-origin"]], [204, undefined]);
    },
  },
  {
    id: "R109",
    says: "lets a page read the answer, a refusal too",
    server: CORS,
    notFor: overHttp,
    async run(probe) {
      const origin = "https://app.example.com";
      for (const credentials of [{}, { authorization: "Bearer alpha" }]) {
        const answer = await probe.send({ headers: { ...probe.headers, origin, ...credentials }, body: bodyOf(probe) });
        assert.equal(answer.headers["access-control-allow-origin"], origin);
        assert.equal(answer.headers["access-control-expose-headers"], "Retry-After");
        assert.equal(answer.headers["access-control-allow-credentials"], undefined);
      }
    },
  },
  {
    id: "R110",
    says: "matches origins by wildcard, and null by nothing",
    server: CORS,
    notFor: all(overHttp, onlyOnce("about the origins")),
    async run(probe) {
      for (const origin of ["https://a.example.org", "https://a.b.example.org"])
        assert.equal(await originOf(probe, origin), origin);
      const others = ["null", "https://example.org", "http://a.example.org", "https://a.example.org.evil.net"];
      for (const origin of [...others, "https://evil.net/.example.org", "https://aXexample.org"])
        assert.equal(await originOf(probe, origin), undefined, origin);
    },
  },
  {
    id: "R110",
    says: "allows every origin but null with *, and credentials to none",
    server: { http: { cors: { allowed_origins: ["*"], allowed_headers: ["*"] } } },
    notFor: all(overHttp, onlyOnce("about the origins")),
    async run(probe) {
      const { headers } = await preflight(probe, "https://anybody", { "access-control-request-headers": "x-any" });
      assert.equal(headers["access-control-allow-origin"], "https://anybody");
      assert.equal(headers["access-control-allow-credentials"], undefined);
      assert.equal(await originOf(probe, "null"), undefined);
    },
  },
  {
    id: "R111",
    says: "hides the headers of requests from the pipelines",
    notFor: everywhere,
    async run(probe) {
      await assertTakes(probe, { "x-tenant-id": "acme" });
      assert.equal(probe.inner.contexts[0]?.metadata, undefined);
    },
  },
  {
    id: "R111",
    says: "shows them with include_metadata: true",
    server: { http: { include_metadata: true }, grpc: { include_metadata: true } },
    notFor: everywhere,
    async run(probe) {
      await assertTakes(probe, { "X-Tenant-Id": "acme" });
      assert.equal(probe.inner.contexts[0]?.metadata?.get("x-tenant-id"), "acme");
    },
  },
  {
    id: "R112",
    says: "does not start with a certificate without a key, or the other way round",
    notFor: onlyOnce("about the configuration"),
    async run() {
      const sentence = /for auth via TLS, provide both certificate and key, or neither/;
      for (const tls of [{ cert_file: "a.pem" }, { key_file: "a.pem" }, { client_ca_file: "a.pem" }])
        for (const protocol of ["http", "grpc"])
          assert.throws(() => parseConfig({ protocols: { [protocol]: { tls } } }), sentence);
    },
  },
  {
    id: "R112",
    says: "speaks TLS with a certificate and its key",
    server: { http: { tls: SERVER_TLS }, grpc: { tls: SERVER_TLS } },
    notFor: everywhere,
    async run(probe) {
      for (const maxVersion of ["TLSv1.3", "TLSv1.2"] as const) assert(await isServed(probe, { maxVersion }));
      assertDelivered(probe, 2);
    },
  },
  {
    id: "R112",
    says: "turns away clients without a certificate of the configured authority",
    server: {
      http: { tls: { ...SERVER_TLS, client_ca_file: CA_FILE } },
      grpc: { tls: { ...SERVER_TLS, client_ca_file: CA_FILE } },
    },
    notFor: everywhere,
    async run(probe) {
      assert.deepEqual(
        [await isServed(probe, CLIENT), await isServed(probe, {}), await isServed(probe, STRANGER)],
        [true, false, false],
      );
      assertDelivered(probe, 1);
    },
  },
];
