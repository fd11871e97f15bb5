/** R10 to R20: connection. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { StartError } from "../../src/model/errors.ts";
import { openReceiver, parseConfig } from "../support/open-receiver.ts";
import { portOf } from "../support/port-of.ts";
import { all, type Assertion, onlyOnce, overHttp } from "./assertion.ts";
import { assertDelivered, assertTakes, bodyOf } from "./checks.ts";
import { CA, SERVER_TLS } from "./certificates.ts";
import type { Probe } from "./probe.ts";
import { encodeRequest, smallRequest } from "./requests.ts";

/** A request as bytes. */
export function requestText(probe: Probe, body: Uint8Array, headers = ""): Buffer {
  const type = probe.headers["content-type"] ?? "";
  const head = `POST /v1/${probe.cell.signal} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Of the last request on a connection, which ends then. */
const LAST = "Connection: close\r\n";

const statusesOf = (answers: string): string[] => answers.match(/(?<=HTTP\/1\.1 )\d+/g) ?? [];
const times = (count: number): unknown[] => Array.from({ length: count });

export const connectionAssertions: readonly Assertion[] = [
  {
    id: "R10",
    says: "takes JSON and protobuf on one connection, told apart by Content-Type",
    notFor: overHttp,
    async run(probe) {
      const { signal } = probe.cell;
      const other = probe.cell.encoding === "http/json" ? "http/protobuf" : "http/json";
      const otherBody = encodeRequest({ encoding: other, signal }, smallRequest(signal));
      const otherType = other === "http/json" ? "application/json" : "application/x-protobuf";
      const otherText = requestText({ ...probe, headers: { "content-type": otherType } }, otherBody, LAST);
      const answers = await probe.sendRaw(Buffer.concat([requestText(probe, bodyOf(probe)), otherText]));
      assert.deepEqual(statusesOf(answers), ["200", "200"]);
    },
  },
  {
    id: "R11",
    says: "has a port of its own for gRPC: HTTP/2 on the port of HTTP/1.1 is refused and harms nobody",
    notFor: onlyOnce("about a connection"),
    async run(probe) {
      const answer = await probe.sendRaw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assert.deepEqual(statusesOf(answer), ["400"]);
      await assertTakes(probe);
    },
  },
  {
    id: "R12",
    says: "speaks HTTP/1.1, also with TLS, where ALPN agrees on it",
    server: { http: { tls: SERVER_TLS } },
    notFor: overHttp,
    async run(probe) {
      const { host, port } = probe.server;
      const socket = connectTls({ host, port, ca: CA, servername: "localhost", ALPNProtocols: ["h2", "http/1.1"] });
      await once(socket, "secureConnect");
      assert.equal(socket.alpnProtocol, "http/1.1");
      socket.write(requestText(probe, bodyOf(probe)));
      const [answer] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      assert.deepEqual(statusesOf(answer.toString()), ["200"]);
    },
  },
  {
    id: "R13",
    says: "keeps a connection alive",
    notFor: overHttp,
    async run(probe) {
      const [request, last] = [requestText(probe, bodyOf(probe)), requestText(probe, bodyOf(probe), LAST)];
      assert.deepEqual(statusesOf(await probe.sendRaw(Buffer.concat([request, last]))), ["200", "200"]);
    },
  },
  {
    id: "R13",
    says: "closes it after each answer with keep_alives_enabled: false",
    server: { http: { keep_alives_enabled: false } },
    notFor: overHttp,
    async run(probe) {
      const answer = await probe.sendRaw(requestText(probe, bodyOf(probe)), 5000);
      assert.deepEqual(statusesOf(answer), ["200"]);
      assert.match(answer, /\r\nconnection: close\r\n/i);
    },
  },
  {
    id: "R14",
    says: "lets a connection wait longer than SDKs wait between two exports",
    notFor: onlyOnce("about a connection"),
    async run(probe) {
      const { protocols } = parseConfig({ protocols: { http: {} } });
      assert.equal(protocols.http?.idle_timeout, 75_000);
      assert.equal((await probe.send({ body: bodyOf(probe) })).headers["keep-alive"], "timeout=75");
    },
  },
  {
    id: "R14",
    says: "lets it wait longer than a head may take to arrive",
    server: { http: { read_header_timeout: "200ms" } },
    notFor: onlyOnce("about a connection"),
    async run(probe) {
      const request = requestText(probe, bodyOf(probe));
      const socket = connect(probe.server.port, probe.server.host);
      for (const waitMs of [700, 0]) {
        socket.write(request);
        const [answer] = (await once(socket, "data")) as [Buffer];
        assert.deepEqual(statusesOf(answer.toString()), ["200"]);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
      socket.destroy();
    },
  },
  {
    id: "R15",
    says: "answers pipelined requests on many connections",
    notFor: overHttp,
    async run(probe) {
      const request = requestText(probe, bodyOf(probe));
      const pipeline = Buffer.concat([...times(9).map(() => request), requestText(probe, bodyOf(probe), LAST)]);
      const answers = await Promise.all(times(30).map(async () => probe.sendRaw(pipeline)));
      for (const answer of answers)
        assert.deepEqual(
          statusesOf(answer),
          Array.from({ length: 10 }, () => "200"),
        );
      assertDelivered(probe, 300);
    },
  },
  {
    id: "R15",
    says: "answers in order: what comes whole is answered before what cannot be read",
    notFor: overHttp,
    async run(probe) {
      const whole = requestText(probe, bodyOf(probe));
      const answers = await probe.sendRaw(Buffer.concat([whole, whole, Buffer.from("nonsense\r\n\r\n")]));
      assert.deepEqual(statusesOf(answers), ["200", "200", "400"]);
      assertDelivered(probe, 2);
    },
  },
  {
    id: "R16",
    says: "takes a body in chunks without a length",
    notFor: overHttp,
    async run(probe) {
      assert.equal((await probe.send({ body: bodyOf(probe, 3), pieceSize: 7 })).status, 200);
      assertDelivered(probe, 3);
    },
  },
  {
    id: "R17",
    says: "asks for the body of a sender that waits for 100 Continue",
    notFor: overHttp,
    async run(probe) {
      const body = bodyOf(probe);
      const socket = connect(probe.server.port, probe.server.host);
      socket.write(requestText(probe, body, "Expect: 100-continue\r\n").subarray(0, -body.length));
      const [proceed] = (await once(socket, "data")) as [Buffer];
      assert.deepEqual(statusesOf(proceed.toString()), ["100"]);
      socket.write(body);
      const [answer] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      assert.deepEqual(statusesOf(answer.toString()), ["200"]);
    },
  },
  {
    id: "R17",
    says: "says nothing of it to a sender of HTTP/1.0, which would take it for the answer",
    notFor: overHttp,
    async run(probe) {
      const request = requestText(probe, bodyOf(probe), "Expect: 100-continue\r\n").toString("latin1");
      const answers = await probe.sendRaw(Buffer.from(request.replace("HTTP/1.1", "HTTP/1.0"), "latin1"));
      assert.deepEqual(statusesOf(answers), ["200"]);
    },
  },
  {
    id: "R18",
    says: "listens on localhost unless told otherwise",
    notFor: onlyOnce("about the configuration"),
    async run() {
      const { protocols } = parseConfig({ protocols: { http: {}, grpc: {} } });
      assert.deepEqual(protocols.http?.endpoint, { host: "localhost", port: 4318 });
      assert.deepEqual(protocols.grpc?.endpoint, { host: "localhost", port: 4317 });
    },
  },
  {
    id: "R19",
    says: "fails to start on an occupied port with a clear error, and leaves nothing listening",
    notFor: onlyOnce("about the start"),
    async run() {
      const taken = createServer().listen(0, "127.0.0.1");
      const free = createServer().listen(0, "127.0.0.1");
      await Promise.all([once(taken, "listening"), once(free, "listening")]);
      const [takenPort, freePort] = [portOf(taken), portOf(free)];
      await new Promise((closed) => free.close(closed));
      const http = { endpoint: `127.0.0.1:${takenPort}` };
      const opened = openReceiver({ http, grpc: { endpoint: `127.0.0.1:${freePort}` } });
      await assert.rejects(opened, (error: unknown) => {
        assert(error instanceof StartError);
        assert.equal(error.code, "port_in_use");
        assert.match(error.message, new RegExp(`protocols::http::endpoint.*${takenPort}`));
        return true;
      });
      await assert.rejects(once(connect(freePort, "127.0.0.1"), "connect"), /ECONNREFUSED/);
      await new Promise((closed) => taken.close(closed));
    },
  },
  {
    id: "R20",
    says: "logs the address that it really listens on",
    notFor: all(onlyOnce("about the start")),
    async run({ inner }) {
      const urls = inner.logger.lines.flatMap(({ fields }) => ("url" in fields ? [String(fields.url)] : []));
      assert(urls.includes(`http://127.0.0.1:${inner.port}`));
      assert(urls.includes(`grpc://${inner.grpcAddress}`));
      assert(inner.port > 0);
    },
  },
];
