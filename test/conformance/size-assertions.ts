/** R40 to R48: size limits. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { tag, varint } from "../otlp/wire.ts";
import { JSON_TYPE } from "../support/http-client.ts";
import { parseConfig } from "../support/open-receiver.ts";
import { zstdBomb, zstdStored } from "../support/zstd-frames.ts";
import { all, type Assertion, type Cell, everywhere, ofRecords, ofTraces, onlyOnce, overHttp } from "./assertion.ts";
import { assertDelivered, assertRefusal, assertTakes, bodyOf } from "./checks.ts";
import { httpOutcome, type Outcome } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import { recordWith, requestWith } from "./requests.ts";

const MEBIBYTE = 1024 * 1024;
/** One that both transports can be given. */
const SMALL = { http: { max_request_body_size: MEBIBYTE }, grpc: { max_recv_msg_size_mib: 1 } };

/** A request with one record, and what makes it exactly so many bytes: one byte many times. */
function paddingTo(size: number, probe: Probe): { start: Buffer; byte: number; times: number } {
  const body = bodyOf(probe);
  if (probe.cell.encoding === "http/json") return { start: Buffer.from(body), byte: 0x20, times: size - body.length };
  // An unknown field of zeros, whose length takes three bytes.
  const times = size - body.length - 4;
  return { start: Buffer.concat([body, tag(15, 2), varint(times)]), byte: 0, times };
}

function paddedTo(size: number, probe: Probe): Buffer {
  const { start, byte, times } = paddingTo(size, probe);
  return Buffer.concat([start, Buffer.alloc(times, byte)]);
}

async function sendOfSize(probe: Probe, encoding: "" | "gzip" | "zstd", size: number): Promise<Outcome> {
  if (encoding === "") return probe.export(paddedTo(size, probe));
  const { start, byte, times } = paddingTo(size, probe);
  const packed =
    encoding === "gzip" ? gzipSync(paddedTo(size, probe)) : Buffer.concat([zstdStored(start), zstdBomb(times, byte)]);
  const headers = { ...probe.headers, "content-encoding": encoding };
  return httpOutcome(probe.cell.signal, await probe.send({ headers, body: packed }));
}

const codingsOf = ({ encoding }: Cell): ("" | "gzip" | "zstd")[] => (encoding === "grpc" ? [""] : ["", "gzip", "zstd"]);

const residentMib = (): number => process.memoryUsage.rss() / MEBIBYTE;

export const sizeAssertions: readonly Assertion[] = [
  {
    id: "R40",
    says: "holds the limit against the bytes on the wire and against the bytes inside",
    server: SMALL,
    notFor: overHttp,
    async run(probe) {
      const plain = paddedTo(MEBIBYTE + 1, probe);
      assertRefusal(probe, await probe.send({ body: plain }), 413, 8);
      const packed = gzipSync(plain);
      assert(packed.length < MEBIBYTE / 10);
      const headers = { ...probe.headers, "content-encoding": "gzip" };
      assertRefusal(probe, await probe.send({ headers, body: packed }), 413, 8);
      assertDelivered(probe, 0);
    },
  },
  {
    id: "R41",
    says: "has a limit of 64 MiB unless told otherwise",
    notFor: onlyOnce("about the configuration"),
    async run() {
      const { protocols } = parseConfig({ protocols: { http: {}, grpc: {} } });
      assert.equal(protocols.http?.max_request_body_size, 64 * MEBIBYTE);
      assert.equal(protocols.grpc?.max_recv_msg_size_mib, 64);
    },
  },
  {
    id: "R42",
    says: "answers what exceeds the limit with 413, RESOURCE_EXHAUSTED, and what to do about it",
    server: SMALL,
    notFor: everywhere,
    async run(probe) {
      const { code, message } = await probe.export(paddedTo(MEBIBYTE + 1, probe));
      assert.equal(code, 8);
      assert.match(message, /1048576 bytes.*max_export_batch_size/);
    },
  },
  {
    id: "R43",
    says: "takes exactly as many bytes as the limit, and not one more",
    server: SMALL,
    notFor: everywhere,
    async run(probe) {
      const codings = codingsOf(probe.cell);
      for (const encoding of codings) {
        assert.equal((await sendOfSize(probe, encoding, MEBIBYTE)).code, 0, `${encoding}, the limit`);
        assert.equal((await sendOfSize(probe, encoding, MEBIBYTE + 1)).code, 8, `${encoding}, one more`);
      }
      assertDelivered(probe, codings.length);
    },
  },
  {
    id: "R44",
    says: "refuses an announced length over the limit before anything is read, and closes the connection",
    server: SMALL,
    notFor: overHttp,
    async run(probe) {
      const type = probe.headers["content-type"] ?? "";
      const answer = await probe.sendRaw(
        `POST /v1/${probe.cell.signal} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${MEBIBYTE + 1}\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 413 /);
      assert.match(answer, /\r\nconnection: close\r\n/i);
    },
  },
  {
    id: "R45",
    says: "refuses a body in chunks as soon as it passes the limit, and keeps none of it",
    server: SMALL,
    notFor: overHttp,
    async run(probe) {
      const socket = connect(probe.server.port, probe.server.host).on("error", () => undefined);
      const type = probe.headers["content-type"] ?? "";
      socket.write(
        `POST /v1/${probe.cell.signal} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const answered = once(socket, "data") as Promise<[Buffer]>;
      const closed = new Promise((resolve) => socket.on("close", resolve));
      const before = residentMib();
      const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000, " "), Buffer.from("\r\n")]);
      // Twice as much would be 32 MiB; what is sent behind the answer is thrown away.
      for (let sent = 0; sent < 512 && socket.writable; sent += 1)
        if (!socket.write(chunk)) await Promise.race([new Promise((drained) => socket.once("drain", drained)), closed]);
      const [answer] = await answered;
      socket.destroy();
      assert.match(answer.toString(), /^HTTP\/1\.1 413 /);
      assert(residentMib() - before < 60, "the memory grows with what is sent");
    },
  },
  {
    id: "R46",
    says: "refuses 300 MB in a few hundred KB soon, and without the memory for it",
    server: { http: { max_request_body_size: 20 * MEBIBYTE } },
    notFor: all(overHttp, onlyOnce("about the decompressors")),
    async run(probe) {
      const bombs = { gzip: gzipSync(Buffer.alloc(300 * MEBIBYTE)), zstd: zstdBomb(300 * MEBIBYTE) };
      for (const [encoding, body] of Object.entries(bombs)) {
        const before = residentMib();
        const started = performance.now();
        const answer = await probe.send({ headers: { ...probe.headers, "content-encoding": encoding }, body });
        assertRefusal(probe, answer, 413, 8);
        assert(performance.now() - started < 2000, encoding);
        assert(residentMib() - before < 100, encoding);
      }
      await assertTakes(probe);
    },
  },
  {
    id: "R47",
    says: "does not start with a limit that is none",
    notFor: onlyOnce("about the configuration"),
    async run() {
      for (const limit of ["64MiB", "", 0, -1, 0.5, Number.NaN, Infinity, {}, []])
        assert.throws(
          () => parseConfig({ protocols: { http: { max_request_body_size: limit } } }),
          /max_request_body_size/,
        );
    },
  },
  {
    id: "R48",
    says: "rejects a record of more than 100,000 parts, and keeps the others",
    notFor: all(everywhere, ofRecords),
    async run(probe) {
      const { signal } = probe.cell;
      if (signal === "metrics") return;
      const attributes = Array.from({ length: 100_001 }, () => ({}));
      const request = requestWith(signal, [recordWith(signal, attributes), recordWith(signal, [])]);
      const { code, rejected, message } = await probe.export(request);
      assert.deepEqual([code, rejected], [0, 1]);
      assert.match(message, /more than 100000 attributes/);
      assertDelivered(probe, 1);
    },
  },
  {
    id: "R48",
    says: "refuses JSON of more than two million values",
    notFor: all(ofTraces, (cell) => (cell.encoding === "http/json" ? undefined : "about the JSON encoding")),
    async run(probe) {
      const spans = `{"resourceSpans":[{"scopeSpans":[{"spans":[${"{},".repeat(2_000_000)}{}]}]}]}`;
      const { code, message } = httpOutcome("traces", await probe.send({ headers: JSON_TYPE, body: spans }));
      assert.equal(code, 3);
      assert.match(message, /JSON values/);
    },
  },
];
