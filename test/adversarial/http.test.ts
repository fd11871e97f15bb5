/** A20-A32 but for HTTP/2: what a connection can do. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import { expect } from "vitest";
import { spansBody } from "../receivers/otlp/bodies.ts";
import { send, sendRaw } from "../receivers/otlp/receiver.ts";
import { type Attack, type AttackedServer, describeAttacks } from "./attack.ts";

const SPANS = Buffer.from(spansBody(2));
const ABORTED = 'reason="aborted"';
const NO_REQUEST = { none: "it never becomes a request" };

/** Node closes late requests when it looks for them, which the configuration below has it do every second. */
const withShortTimeouts = (yaml: string): string =>
  yaml.replace('OTLP_HTTP_PORT:-4318}"', "$&\n        read_timeout: 1s");

function headOf(length: number, headers = "Content-Type: application/x-protobuf\r\n"): string {
  return `POST /v1/traces HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${length}\r\n\r\n`;
}

const statusesIn = (answers: string): readonly string[] =>
  [...answers.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = ""]) => status);

function open(port: number): Socket {
  return connect(port, "127.0.0.1").on("error", () => undefined);
}

/** What came back until the server closed the connection. */
async function readUntilClosed(socket: Socket): Promise<string> {
  let received = "";
  socket.on("data", (chunk: Buffer) => (received += chunk.toString("latin1")));
  await new Promise((resolve) => socket.once("close", resolve)); // also after a reset
  return received;
}

/** Idle connections, of which as many count as the system lets there be. */
async function openMany(port: number, count: number): Promise<readonly Socket[]> {
  const sockets = Array.from({ length: count }, () => open(port));
  const opened = await Promise.all(
    sockets.map(async (socket) =>
      Promise.race([
        once(socket, "connect").then(
          () => true,
          () => false,
        ),
        sleep(20_000, false),
      ]),
    ),
  );
  return sockets.filter((_, at) => opened[at]);
}

async function abortUpload(server: AttackedServer, body: Buffer): Promise<void> {
  const socket = open(server.port);
  const closed = once(socket, "close");
  socket.write(headOf(body.length));
  socket.write(body.subarray(0, body.length / 2), () => socket.destroy());
  await closed;
}

const attacks: readonly Attack[] = [
  {
    name: "A20 a body that stops coming ends its connection, and others are served meanwhile",
    counts: ABORTED,
    async run(server) {
      const sockets = Array.from({ length: 20 }, () => open(server.port));
      for (const socket of sockets) socket.write(`${headOf(1000)}abc`);
      expect((await send(server, { body: SPANS })).status).toBe(200);
      const answers = await Promise.all(sockets.map(readUntilClosed));
      expect(answers.filter((answer) => answer !== "" && !answer.startsWith("HTTP/1.1 408"))).toEqual([]);
    },
  },
  {
    name: "A21 headers that come a byte at a time end their connection",
    counts: NO_REQUEST,
    async run(server) {
      const socket = open(server.port);
      const closed = readUntilClosed(socket);
      const timer = setInterval(() => socket.write("X"), 100);
      socket.write("POST /v1/traces HTTP/1.1\r\nHost: x\r\n");
      const answer = await closed;
      clearInterval(timer);
      expect(statusesIn(answer)).toEqual(["408"]);
    },
  },
  {
    name: "A22 ten thousand idle connections leave room for one that asks",
    counts: "otelcol_receiver_accepted_spans",
    async run(server) {
      const sockets = await openMany(server.port, 10_000);
      expect(sockets.length).toBeGreaterThan(1000);
      expect((await send(server, { body: SPANS })).status).toBe(200);
      for (const socket of sockets) socket.destroy();
      await expect.poll(() => server.openFiles(), { timeout: 20_000 }).toBeLessThan(200);
    },
  },
  {
    name: "A23 headers named like members of prototypes are headers",
    counts: "otelcol_receiver_accepted_spans",
    async run(server) {
      const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
      const headers = `Content-Type: application/x-protobuf\r\n${names.map((name) => `${name}: x\r\n`).join("")}`;
      for (const port of server.ports)
        expect(
          statusesIn(await sendRaw({ port }, `GET /v1/traces HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`))[0],
        ).toMatch(/^4/);
      const answer = await sendRaw(server, Buffer.concat([Buffer.from(headOf(SPANS.length, headers)), SPANS]));
      expect(statusesIn(answer)).toEqual(["200"]);
    },
  },
  {
    name: "A24 headers of more than 16 KiB are refused, at every port",
    counts: NO_REQUEST,
    async run(server) {
      for (const port of server.ports) {
        const long = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`;
        const many = `GET / HTTP/1.1\r\nHost: localhost\r\n${"a: b\r\n".repeat(20_000)}\r\n`;
        for (const head of [long, many]) {
          const socket = open(port);
          socket.write(head);
          // What was sent beyond the limit may cost the sender the answer, but never more than this one.
          expect(["431", undefined]).toContain(statusesIn(await readUntilClosed(socket))[0]);
        }
        expect(statusesIn(await sendRaw({ port }, long.slice(0, 17_000), 3000))).toEqual(["431"]);
      }
    },
  },
  {
    name: "A25 headers that come twice are never an error of ours",
    counts: 'reason="content_encoding"',
    async run(server) {
      const statusWith = async (headers: string): Promise<readonly string[]> =>
        statusesIn(await sendRaw(server, Buffer.concat([Buffer.from(headOf(SPANS.length, headers)), SPANS])));
      const protobuf = "Content-Type: application/x-protobuf\r\n";
      const json = "Content-Type: application/json\r\n";
      expect(await statusWith(protobuf + protobuf)).toEqual(["200"]);
      expect(await statusWith(protobuf + json)).toEqual(["200"]); // the first counts, RFC 9110 leaves it open
      expect(await statusWith(json + protobuf)).toEqual(["400"]);
      expect(await statusWith(`${protobuf}Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n`)).toEqual(["415"]);
      expect(await statusWith(`${protobuf}Authorization: a\r\nAuthorization: b\r\n`)).toEqual(["401"]);
    },
  },
  {
    name: "A26 a length together with chunks is refused, so that nothing can be smuggled",
    counts: NO_REQUEST,
    async run(server) {
      const both = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n";
      const smuggled = headOf(2, "Content-Type: application/json\r\n");
      for (const bytes of [`${headOf(4, both)}0\r\n\r\n${smuggled}{}`, `${headOf(4, both)}2\r\n{}\r\n0\r\n\r\n`])
        expect(statusesIn(await sendRaw(server, bytes))).toEqual(["400"]);
      const twoLengths = headOf(2, "Content-Type: application/json\r\nContent-Length: 4\r\n");
      expect(statusesIn(await sendRaw(server, `${twoLengths}{}`))).toEqual(["400"]);
    },
  },
  {
    name: "A27 absolute and broken request targets are answered at every port",
    counts: 'reason="not_found"',
    async run(server) {
      const targets = [
        "http://",
        "http://[",
        "http://x:99999/metrics",
        "http://localhost/nothing",
        "//",
        "*",
        "http:///v1",
        "a:b",
      ];
      for (const port of server.ports)
        for (const target of targets) {
          const [status] = statusesIn(
            await sendRaw({ port }, `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`, 50),
          );
          expect(status, `${target} at ${port}`).toMatch(/^(?:200|4\d\d)$/);
        }
      const whole = `POST http://elsewhere/v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`;
      expect(statusesIn(await sendRaw(server, whole))).toEqual(["200"]);
    },
  },
  {
    name: "A28 paths that cannot be decoded are answered at every port",
    counts: 'reason="not_found"',
    async run(server) {
      const paths = [
        "/%zz",
        "/%",
        "/%c0%ae%c0%ae/v1/traces",
        "/v1/%00",
        "/api/v1/sessions/%zz",
        "/api/v1/sessions/%ff",
        "/..%2f..%2fetc",
      ];
      for (const port of server.ports)
        for (const path of paths) {
          const [status] = statusesIn(
            await sendRaw({ port }, `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`, 50),
          );
          expect(status, `${path} at ${port}`).toMatch(/^(?:200|4\d\d)$/);
        }
    },
  },
  {
    name: "A29 a thousand uploads that break off in the middle leave neither files nor memory behind",
    counts: ABORTED,
    async run(server) {
      const body = Buffer.alloc(400_000, 1);
      // Connections of the attacks before may be kept alive.
      const before = server.openFiles();
      await Promise.all(Array.from({ length: 20 }, async () => abortUpload(server, body)));
      await expect.poll(() => server.openFiles(), { timeout: 20_000 }).toBeLessThanOrEqual(before + 5);
      const [files, memory] = [server.openFiles(), server.residentBytes()];
      for (let round = 0; round < 50; round += 1)
        await Promise.all(Array.from({ length: 20 }, async () => abortUpload(server, body)));
      await expect.poll(() => server.openFiles(), { timeout: 20_000 }).toBeLessThanOrEqual(files + 5);
      expect(server.residentBytes() - memory).toBeLessThan(100 * 1024 * 1024);
    },
  },
  {
    name: "A31 ten thousand pipelined requests on one socket are all answered",
    counts: "otelcol_receiver_accepted_spans",
    async run(server) {
      const one = Buffer.concat([Buffer.from(headOf(SPANS.length)), SPANS]);
      const answers = await sendRaw(server, Buffer.concat(Array.from({ length: 10_000 }, () => one)), 3000);
      const statuses = statusesIn(answers);
      expect([statuses.length, new Set(statuses)]).toEqual([10_000, new Set(["200"])]);
    },
  },
  {
    name: "A32 TLS at a port without is refused, at every port",
    counts: NO_REQUEST,
    async run(server) {
      for (const port of server.ports) {
        const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
        const [error] = (await once(socket, "error")) as [Error];
        expect(error.message).toMatch(/SSL|TLS|disconnected|socket hang up|ECONNRESET/i);
      }
    },
  },
];

describeAttacks("connections", attacks, { edit: withShortTimeouts });
