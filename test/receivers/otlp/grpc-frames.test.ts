/** gRPC that no library would send (A13 to A18, A30). After each case the process lives and a normal call succeeds. */
import { setTimeout as sleep } from "node:timers/promises";
import assert from "node:assert/strict";
import { constants } from "node:http2";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { answerOf, beginCall, callOver, callRaw, frameOf, openSession, until } from "../../support/http2-client.ts";
import {
  END_HEADERS,
  END_STREAM,
  frame,
  FRAME_TYPES,
  type FrameSocket,
  headerBlock,
  opening,
  openSocket,
  uint32,
} from "../../support/http2-frames.ts";
import { type OpenReceiver, openReceiver } from "../../support/open-receiver.ts";
import { spansBody } from "./bodies.ts";

const MEBIBYTE = 1024 * 1024;
const message = frameOf(spansBody());
const GZIP = { "grpc-encoding": "gzip" };

let receiver: OpenReceiver;
beforeEach(async () => {
  receiver = await openReceiver({ grpc: { read_timeout: "400ms" } });
});
afterEach(async () => {
  receiver.clear();
  const { code } = await callRaw(receiver.grpcAddress, { pieces: [message] });
  await receiver.shutdown();
  const errors = receiver.logger.lines.filter(({ level }) => level === "error");
  assert.deepEqual([code, receiver.delivered.length, errors], [0, 1, []]);
});

const send = async (pieces: readonly Uint8Array[], headers = {}) => callRaw(receiver.grpcAddress, { pieces, headers });

async function rawSocket(): Promise<FrameSocket> {
  const raw = await openSocket(receiver.grpcAddress);
  onTestFinished(() => void raw.socket.destroy());
  return raw;
}

/** Written in pieces, as long as the other side takes them. */
async function write({ socket }: FrameSocket, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    socket.write(piece);
    await new Promise(setImmediate);
  }
}

describe("A13 a gzip bomb", () => {
  test("larger than the limit is refused", async () => {
    const bomb = gzipSync(Buffer.alloc(80 * MEBIBYTE));
    expect(await send([frameOf(bomb, { flag: 1 })], GZIP)).toMatchObject({ code: 8 });
  });

  test("thirty times at once takes the memory of a few", async () => {
    const session = await openSession(receiver.grpcAddress);
    onTestFinished(() => session.destroy());
    const pieces = [frameOf(gzipSync(Buffer.alloc(63 * MEBIBYTE)), { flag: 1 })];
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () => callOver(session, { headers: GZIP, pieces })),
    );
    clearInterval(watch);
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([3]));
    expect((peak - before) / MEBIBYTE).toBeLessThan(400);
  });
});

describe("A14 a prefix", () => {
  test.each([0xffff_ffff, 0x8000_0000, 64 * MEBIBYTE + 1])(
    "that claims %d bytes is refused at once",
    async (length) => {
      const call = { pieces: [frameOf(Buffer.from("x"), { length })], halfOpen: true };
      expect(await callRaw(receiver.grpcAddress, call)).toMatchObject({ code: 8, resetCode: 0 });
    },
  );

  test("that claims the most, two thousand times, takes no memory for it", async () => {
    const sessions = await Promise.all(Array.from({ length: 20 }, async () => openSession(receiver.grpcAddress)));
    onTestFinished(() => sessions.forEach((session) => session.destroy()));
    const before = process.memoryUsage.rss();
    const claim = frameOf(Buffer.alloc(0), { length: 64 * MEBIBYTE });
    const streams = sessions.flatMap((session) => Array.from({ length: 100 }, () => beginCall(session)));
    const answers = streams.map(async (stream) => answerOf(stream));
    for (const stream of streams) stream.write(claim);
    const codes = new Set((await Promise.all(answers)).map(({ code }) => code));
    expect([...codes].every((code) => code === 4 || code === 14)).toBe(true);
    expect((process.memoryUsage.rss() - before) / MEBIBYTE).toBeLessThan(200);
  });
});

describe("A14 messages that are refused half way", () => {
  test("do not use up what their connection may send", async () => {
    const session = await openSession(receiver.grpcAddress);
    onTestFinished(() => session.destroy());
    const pieces = [frameOf(Buffer.alloc(2 * MEBIBYTE), { length: 65 * MEBIBYTE })];
    for (let number = 0; number < 50; number += 1)
      expect(await callOver(session, { pieces })).toMatchObject({ code: 8 });
    expect(await callOver(session, { pieces: [frameOf(spansBody(20_000))] })).toMatchObject({ code: 0 });
  });
});

describe("A15 a compressed message", () => {
  test.each([{}, { "grpc-encoding": "identity" }])("of a call without compression is refused: %j", async (headers) => {
    expect(await send([frameOf(gzipSync(spansBody()), { flag: 1 })], headers)).toMatchObject({ code: 13 });
  });

  test.each([2, 128, 255])("with the flag %d is refused", async (flag) => {
    expect(await send([frameOf(spansBody(), { flag })], GZIP)).toMatchObject({ code: 13 });
  });
});

describe("A16 a unary call", () => {
  test.each([
    ["two messages", [message, message]],
    ["two messages in one frame", [Buffer.concat([message, message])]],
    ["a message and a byte", [message, Buffer.from([0])]],
    ["two empty messages", [frameOf(Buffer.alloc(0)), frameOf(Buffer.alloc(0))]],
    ["no message", []],
  ])("with %s is refused, and nothing of it is delivered", async (_, pieces) => {
    expect(await send(pieces)).toMatchObject({ code: 12 });
    expect(receiver.delivered).toEqual([]);
  });

  test.each([1, 4, 5, 6, message.length - 1])("that ends after %d bytes is refused", async (length) => {
    expect(await send([message.subarray(0, length)])).toMatchObject({ code: 13 });
  });
});

describe("A17 a message", () => {
  test("byte by byte in frames of its own is taken", async () => {
    const bytes = Array.from(message, (_, at) => message.subarray(at, at + 1));
    expect(await send(bytes)).toMatchObject({ code: 0 });
    expect(receiver.delivered).toMatchObject([{ count: 1 }]);
  });

  test("of 300 KB in frames of seven bytes is taken", async () => {
    const large = frameOf(spansBody(1500));
    const session = await openSession(receiver.grpcAddress);
    onTestFinished(() => session.destroy());
    const stream = beginCall(session);
    const answer = answerOf(stream);
    for (let at = 0; at < large.length; at += 7) stream.write(large.subarray(at, at + 7));
    stream.end();
    expect(await answer).toMatchObject({ code: 0 });
    expect(receiver.delivered).toMatchObject([{ count: 1500 }]);
  });

  test("with its whole connection byte by byte is taken", async () => {
    const raw = await rawSocket();
    const call = Buffer.concat([
      opening(),
      frame("headers", 1, headerBlock(), END_HEADERS),
      frame("data", 1, message, END_STREAM),
    ]);
    await write(
      raw,
      Array.from(call, (_, at) => call.subarray(at, at + 1)),
    );
    await until(() => raw.frames().some(({ type, flags }) => type === FRAME_TYPES.headers && (flags & END_STREAM) > 0));
    expect(receiver.delivered).toMatchObject([{ count: 1 }]);
  });
});

describe("A18 a call that is never ended", () => {
  test.each([
    ["nothing", []],
    ["half a prefix", [message.subarray(0, 3)]],
    ["half a message", [message.subarray(0, 20)]],
    ["a whole message", [message]],
  ])("after %s, ends with DEADLINE_EXCEEDED", async (_, pieces) => {
    const answer = await callRaw(receiver.grpcAddress, { pieces, halfOpen: true });
    expect(answer).toMatchObject({ code: 4, resetCode: 0 });
    expect(receiver.delivered).toEqual([]);
  });

  test("while it trickles ends just so", async () => {
    const session = await openSession(receiver.grpcAddress);
    onTestFinished(() => session.destroy());
    const stream = beginCall(session);
    const answer = answerOf(stream);
    stream.write(message.subarray(0, 5));
    const trickle = setInterval(() => void stream.write(Buffer.alloc(1)), 20);
    onTestFinished(() => clearInterval(trickle));
    expect(await answer).toMatchObject({ code: 4 });
  });

  test("ends with the deadline that it brings, if that is sooner", async () => {
    const answer = await callRaw(receiver.grpcAddress, { headers: { "grpc-timeout": "50m" }, halfOpen: true });
    expect(answer).toMatchObject({ code: 4, message: "The call's deadline has passed." });
  });

  test("before it begins is a connection that says nothing, and is ended", async () => {
    const raw = await rawSocket();
    await raw.closed;
    expect(raw.frames().map(({ type }) => type)).not.toContain(FRAME_TYPES.headers);
  });
});

describe("A30 a connection", () => {
  const isOver = ({ socket, frames }: FrameSocket): boolean =>
    socket.destroyed || frames().some(({ type }) => type === FRAME_TYPES.goAway);

  test("that opens and resets streams rapidly is ended", async () => {
    const raw = await rawSocket();
    raw.socket.write(opening());
    const block = headerBlock();
    const reset = uint32(constants.NGHTTP2_CANCEL);
    const streams = Array.from({ length: 20_000 }, (_, number) =>
      Buffer.concat([
        frame("headers", 2 * number + 1, block, END_HEADERS),
        frame("resetStream", 2 * number + 1, reset),
      ]),
    );
    const batches = Array.from({ length: 200 }, (_, at) => Buffer.concat(streams.slice(at * 100, (at + 1) * 100)));
    await write(raw, batches);
    await expect.poll(() => isOver(raw)).toBe(true);
    expect(receiver.delivered).toEqual([]);
  });

  test.each([
    ["the connection", 0],
    ["a stream", 1],
  ])("that overflows the window of %s is not served further", async (_, stream) => {
    const raw = await rawSocket();
    const most = frame("windowUpdate", stream, uint32(0x7fff_ffff));
    const begin = [opening(), frame("headers", 1, headerBlock(), END_HEADERS)];
    await write(raw, [...begin, most, most]);
    const isReset = (): boolean => raw.frames().some(({ type }) => type === FRAME_TYPES.resetStream);
    await expect.poll(() => isOver(raw) || isReset()).toBe(true);
  });

  test("that floods with CONTINUATION is ended", async () => {
    const raw = await rawSocket();
    const before = process.memoryUsage.rss();
    const begin = [opening(), frame("headers", 1, headerBlock())];
    const filler = Buffer.alloc(16_000, Buffer.from([0x00, 0x01, 0x78, 0x01, 0x79]));
    await write(raw, [...begin, ...Array.from({ length: 2000 }, () => frame("continuation", 1, filler))]);
    await expect.poll(() => isOver(raw)).toBe(true);
    expect((process.memoryUsage.rss() - before) / MEBIBYTE).toBeLessThan(200);
  });

  test("that floods with settings and empty frames harms nobody else", async () => {
    const raw = await rawSocket();
    const begin = [opening(), frame("headers", 1, headerBlock(), END_HEADERS)];
    const noise = Buffer.concat(
      Array.from({ length: 200 }, () => Buffer.concat([frame("settings"), frame("data", 1)])),
    );
    await write(raw, [...begin, ...Array.from({ length: 100 }, () => noise)]);
    expect((await callRaw(receiver.grpcAddress, { pieces: [message] })).code).toBe(0);
    receiver.clear();
  });

  test.each([
    ["HTTP/1.1", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n")],
    ["TLS", Buffer.from("16030100a5010000a10303", "hex")],
    ["frames without a preface", frame("headers", 1, headerBlock(), END_HEADERS)],
    ["noise", Buffer.alloc(10_000, 0x5a)],
  ])("that speaks %s is ended", async (_, bytes) => {
    const raw = await rawSocket();
    raw.socket.write(bytes);
    await raw.closed;
    expect(raw.frames().map(({ type }) => type)).not.toContain(FRAME_TYPES.headers);
  });

  test("that breaks off at any byte of a call leaves nothing behind", async () => {
    const call = Buffer.concat([
      opening(),
      frame("headers", 1, headerBlock(), END_HEADERS),
      frame("data", 1, message, END_STREAM),
    ]);
    for (let length = 0; length < call.length; length += 5) {
      const { socket } = await rawSocket();
      await new Promise<void>((written) => void socket.write(call.subarray(0, length), () => written()));
      socket.destroy();
    }
    await sleep(50);
    expect(receiver.delivered).toEqual([]);
  });
});
