import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { oracleDecode } from "../../otlp/oracle.ts";
import { field, requestOf, spanBody } from "../../otlp/wire.ts";
import { counterOf, JSON_TYPE, PROTOBUF, send, sendRaw, startReceiver } from "./receiver.ts";
import { processorMsOf } from "../../support/processor-ms.ts";

const LIMIT = 100_000;
const MEBIBYTE = 1024 * 1024;

/** A valid request of exactly this many bytes. */
function bodyOf(type: "json" | "protobuf", length: number): Buffer {
  if (type === "json") return Buffer.from("{}".padEnd(length));
  // Field 15 of the envelope, which nobody knows, with a length of three bytes.
  const content = length - 4;
  return Buffer.concat([
    Buffer.from([0x7a, 0x80 | (content & 0x7f), 0x80 | ((content >> 7) & 0x7f), content >> 14]),
    Buffer.alloc(content),
  ]);
}

describe("the limit on a body", () => {
  const cases = (["protobuf", "json"] as const).flatMap((type) =>
    (["plain", "chunked", "gzip"] as const).map((way) => ({ type, way })),
  );

  async function sendOf(length: number, { type, way }: (typeof cases)[number]) {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const plain = bodyOf(type, length);
    const coding = way === "gzip" ? { "content-encoding": "gzip" } : {};
    const headers = { ...(type === "json" ? JSON_TYPE : PROTOBUF), ...coding };
    const body = way === "gzip" ? gzipSync(plain) : plain;
    const answer = await send(receiver, { headers, body, ...(way === "chunked" ? { pieceSize: 1000 } : {}) });
    return { receiver, answer };
  }

  test.each(cases)("is not passed by as many bytes: $type, $way", async (way) => {
    const { answer } = await sendOf(LIMIT, way);
    expect(answer.status).toBe(200);
  });

  test.each(cases)("is passed by one byte more: $type, $way", async (way) => {
    const { receiver, answer } = await sendOf(LIMIT + 1, way);
    const isJson = way.type === "json";
    expect(answer.status).toBe(413);
    expect(answer.headers["content-type"]).toBe(isJson ? "application/json" : "application/x-protobuf");
    const status: unknown = isJson ? JSON.parse(answer.body.toString()) : oracleDecode("Status", answer.body);
    expect(status).toMatchObject({ code: 8 });
    expect(JSON.stringify(status)).toContain("The body is larger than 100000 bytes: lower the sender's");
    expect(counterOf(receiver, "turnwise_receiver_refused_requests", 'reason="too_large"')).toBe(1);
  });

  test("counts all members of a gzip body together", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const half = gzipSync(Buffer.alloc(LIMIT / 2 + 1, " "));
    const headers = { ...JSON_TYPE, "content-encoding": "gzip" };
    expect((await send(receiver, { headers, body: Buffer.concat([half, half]) })).status).toBe(413);
  });

  test("is checked against the announced length before anything is read, and the connection is closed", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LIMIT + 1}\r\n\r\n`;
    const socket = connect(receiver.port, "127.0.0.1");
    socket.write(head);
    const answer = await readUntilClosed(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain("connection: close");
  });

  test("is told to a sender that goes on sending", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const answer = await send(receiver, { headers: JSON_TYPE, body: Buffer.alloc(20 * MEBIBYTE, " ") });
    expect(answer.status).toBe(413);
  });

  test("ends a body without end, and little of it is kept", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: 16 * MEBIBYTE } });
    const before = process.memoryUsage().rss;
    const socket = connect(receiver.port, "127.0.0.1").on("error", () => undefined);
    const answers: string[] = [];
    socket.on("data", (data: Buffer) => answers.push(data.toString()));
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000, " "), Buffer.from("\r\n")]);
    let sent = 0;
    while (answers.length === 0 && sent < 1000 * MEBIBYTE) {
      await new Promise<void>((written) => {
        socket.write(chunk, () => written());
      });
      sent += chunk.length;
    }
    expect(answers[0]).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(40 * MEBIBYTE);
    expect(process.memoryUsage().rss - before).toBeLessThan(48 * MEBIBYTE);
    socket.destroy();
  });

  test("lets the sender that waits for 100 Continue keep its body", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LIMIT + 1}\r\nExpect: 100-continue\r\n\r\n`;
    const answer = await sendRaw(receiver, head);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).not.toContain("100 Continue");
  });
});

describe("many large bodies at once", () => {
  test("are refused for now when together they are too much, and taken again when the first are delivered", async () => {
    const waiting: (() => void)[] = [];
    const deliver = async (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT }, deliver });
    const padding = field(15, Buffer.alloc(LIMIT - 2000));
    const body = Buffer.concat([requestOf(spanBody()), padding]);
    const first = Array.from({ length: 4 }, async () => send(receiver, { body }));
    await vi.waitFor(() => expect(waiting).toHaveLength(4));

    const refused = await send(receiver, { body });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
    for (const proceed of waiting) proceed();
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);

    const again = send(receiver, { body });
    await vi.waitFor(() => expect(waiting).toHaveLength(5));
    waiting[4]?.();
    expect((await again).status).toBe(200);
  });

  test("that arrive slowly leave room for small ones", async () => {
    const limit = 1024 * 1024;
    const receiver = await startReceiver({ http: { max_request_body_size: limit } });
    const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${limit}\r\n\r\n`;
    const answers: string[] = [];
    const sockets = Array.from({ length: 6 }, () => connect(receiver.port, "127.0.0.1"));
    for (const socket of sockets) {
      socket.on("error", () => undefined).on("data", (data: Buffer) => void answers.push(data.toString().slice(9, 12)));
      socket.write(head + " ".repeat(limit - 1));
    }
    await vi.waitFor(() => expect(answers).toEqual(["503", "503"]), { timeout: 5000 });
    const large = { headers: JSON_TYPE, body: "{}".padEnd(limit / 2) };
    const small = { headers: JSON_TYPE, body: "{}".padEnd(limit / 64) };
    const statuses = [await send(receiver, large), await send(receiver, small)].map(({ status }) => status);
    expect(statuses).toEqual([503, 200]);
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect((await send(receiver, large)).status).toBe(200));
  });

  test("count decompressed, too", async () => {
    const waiting: (() => void)[] = [];
    const deliver = async (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT }, deliver });
    const body = gzipSync(Buffer.concat([requestOf(spanBody()), field(15, Buffer.alloc(LIMIT - 2000))]));
    const headers = { ...PROTOBUF, "content-encoding": "gzip" };
    const sent = Array.from({ length: 5 }, async () => send(receiver, { headers, body }));
    await vi.waitFor(() => expect(waiting).toHaveLength(4));
    expect((await Promise.race(sent)).status).toBe(503);
    for (const proceed of waiting) proceed();
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 200, 503]);
  });

  test("that break off are let go of", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${LIMIT}\r\n\r\n`;
    for (let round = 0; round < 10; round++) {
      const socket = connect(receiver.port, "127.0.0.1");
      socket.write(head + " ".repeat(LIMIT - 1), () => socket.destroy());
      await once(socket, "close");
    }
    await vi.waitFor(() => expect(counterOf(receiver, "turnwise_receiver_refused_requests", "aborted")).toBe(10));
    expect((await send(receiver, { headers: JSON_TYPE, body: "{}".padEnd(LIMIT) })).status).toBe(200);
  });
});

describe("a bomb", () => {
  const bomb = gzipSync(Buffer.alloc(300 * MEBIBYTE));

  test.each([
    ["protobuf", PROTOBUF],
    ["JSON", JSON_TYPE],
  ])("of 300 MB in 300 KB costs little memory and little time: %s", async (_, headers) => {
    expect(bomb.length).toBeLessThan(320_000);
    const receiver = await startReceiver({ http: { max_request_body_size: 20 * MEBIBYTE } });
    const before = process.memoryUsage().rss;
    const spent = await processorMsOf(async () => {
      const answer = await send(receiver, { headers: { ...headers, "content-encoding": "gzip" }, body: bomb });
      expect(answer.status).toBe(413);
    });
    expect(spent).toBeLessThan(2000);
    expect(process.memoryUsage().rss - before).toBeLessThan(80 * MEBIBYTE);
  });

  test("sent forty times at once costs no more memory than a few", async () => {
    const receiver = await startReceiver();
    const before = process.memoryUsage().rss;
    const headers = { ...PROTOBUF, "content-encoding": "gzip" };
    const answers = await Promise.all(Array.from({ length: 40 }, async () => send(receiver, { headers, body: bomb })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([413]));
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * MEBIBYTE);
  });

  test("so small that it would be inflated at once is told apart by its content", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: 20 * MEBIBYTE } });
    const headers = { ...JSON_TYPE, "content-encoding": "gzip" };
    const within = await send(receiver, { headers, body: gzipSync("{}".padEnd(20 * MEBIBYTE)) });
    const beyond = await send(receiver, { headers, body: gzipSync("{}".padEnd(20 * MEBIBYTE + 1)) });
    expect([within.status, beyond.status]).toEqual([200, 413]);
  });

  test("within the wire limit, declared as deflate, is refused alike", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: MEBIBYTE } });
    const body = deflateSync(Buffer.alloc(50 * MEBIBYTE));
    const answer = await send(receiver, { headers: { ...PROTOBUF, "content-encoding": "deflate" }, body });
    expect(answer.status).toBe(413);
  });
});

async function readUntilClosed(socket: Socket): Promise<string> {
  let received = "";
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString();
  });
  await once(socket, "close");
  return received;
}
