/** Bodies that trickle, over real sockets; only the clock of the pace is the test's. */
import { connect, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { answerOf, beginCall, frameOf, openSession, until } from "../../support/http2-client.ts";
import { oracleDecode } from "../../otlp/oracle.ts";
import { counterOf, JSON_TYPE, PROTOBUF, type RunningReceiver, send, startReceiver } from "./receiver.ts";

const KIBIBYTE = 1024;
const LIMIT = 1024 * KIBIBYTE;
const TICK_MS = 2500;
const WINDOW = 4;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** Until what was sent has been read by the receiver, which is in this process: each turn of the loop reads what is there. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise(setImmediate);
}

/** A sender of one request over a connection of its own. */
function openSender({ port }: RunningReceiver, { length = LIMIT, type = JSON_TYPE } = {}) {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true }).on("error", () => undefined);
  const received: Buffer[] = [];
  socket.on("data", (data: Buffer) => received.push(data));
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  onTestFinished(() => void socket.destroy());
  socket.write(
    `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: ${type["content-type"]}\r\nContent-Length: ${length}\r\n\r\n`,
  );
  const answer = (): string => Buffer.concat(received).toString("latin1");
  return { socket, closed, answer, status: () => Number(answer().slice(9, 12)) };
}

/** Lets the time of so many ticks pass; in each, `meanwhile` sends something. */
async function pass(ticks: number, meanwhile: () => void = () => undefined): Promise<void> {
  for (let tick = 0; tick < ticks; tick += 1) {
    meanwhile();
    await settle();
    vi.advanceTimersByTime(TICK_MS);
  }
  await settle();
}

const timeouts = (receiver: RunningReceiver, transport: string): number =>
  counterOf(receiver, "turnwise_receiver_refused_requests", `transport="${transport}",reason="timeout"`);

describe("a body that trickles", () => {
  test.each([
    ["protobuf", PROTOBUF],
    ["JSON", JSON_TYPE],
  ])("is ended with 408 in the encoding of its sender: %s", async (name, type) => {
    const receiver = await startReceiver();
    const sender = openSender(receiver, { type });
    sender.socket.write(" ".repeat(1000));
    await pass(WINDOW - 1, () => sender.socket.write(" "));
    expect(sender.answer()).toBe("");
    await pass(1);
    await until(() => sender.status() === 408);
    const [head = "", body = ""] = sender.answer().split("\r\n\r\n");
    expect(head.toLowerCase()).toContain(`content-type: ${type["content-type"]}`);
    expect(head.toLowerCase()).toContain("connection: close");
    expect(head.toLowerCase()).not.toContain("retry-after");
    const bytes = Buffer.from(body, "latin1");
    const status: unknown = name === "JSON" ? JSON.parse(bytes.toString()) : oracleDecode("Status", bytes);
    expect(status).toMatchObject({ code: 4, message: expect.stringContaining("too slowly") as unknown });
    await sender.closed;
    expect(timeouts(receiver, "http")).toBe(1);
    expect(receiver.logger.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("gives back what it held: many of them keep nobody out", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const senders = Array.from({ length: 4 }, () => openSender(receiver));
    for (const { socket } of senders) socket.write(" ".repeat(LIMIT - 100));
    const large = { headers: JSON_TYPE, body: "{}".padEnd(LIMIT / 2) };
    await settle();
    expect((await send(receiver, large)).status).toBe(503);
    // Fast at first, so that the window must be one of its own.
    await pass(2 * WINDOW, () => {
      for (const { socket } of senders) if (socket.writable) socket.write(" ");
    });
    await until(() => senders.every(({ status }) => status() === 408));
    expect((await send(receiver, large)).status).toBe(200);
    expect(timeouts(receiver, "http")).toBe(4);
  });

  test("must come the faster the more memory it has had reserved", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT } });
    const [large, small] = [openSender(receiver), openSender(receiver, { length: LIMIT / 4 })];
    for (const { socket } of [large, small]) socket.write(" ".repeat(LIMIT / 8));
    large.socket.write(" ".repeat(LIMIT / 2)); // holds all of it from now on
    const bothSend = (): void => {
      for (const { socket } of [large, small]) if (socket.writable) socket.write(" ".repeat(5000));
    };
    await pass(3 * WINDOW, bothSend);
    expect([large.status(), small.status()]).toEqual([408, 0]);
  });

  test("has the time that read_timeout gives it where that is long", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: LIMIT, read_timeout: "1h" } });
    const sender = openSender(receiver);
    sender.socket.write(" ".repeat(LIMIT / 2));
    await pass(3 * WINDOW, () => sender.socket.write(" ".repeat(5000)));
    expect(sender.answer()).toBe("");
  });

  test("is ended over gRPC with DEADLINE_EXCEEDED, and gives back what it held", async () => {
    const receiver = await startReceiver({ grpc: { max_recv_msg_size_mib: 1 }, http: { max_request_body_size: 1 } });
    const session = await openSession(receiver.grpcAddress);
    onTestFinished(() => session.destroy());
    const begin = (length: number) => {
      const stream = beginCall(session);
      stream.write(frameOf(Buffer.alloc(length), { length: LIMIT }));
      return { stream, answer: answerOf(stream) };
    };
    const calls = Array.from({ length: 4 }, () => begin(LIMIT - 100));
    await settle();
    const refused = begin(LIMIT / 2);
    expect((await refused.answer).code).toBe(14);
    await pass(2 * WINDOW, () => {
      for (const { stream } of calls) if (!stream.closed) stream.write(Buffer.alloc(1));
    });
    const answers = await Promise.all(calls.map(async ({ answer }) => answer));
    expect(answers.map(({ code, message }) => [code, message])).toEqual(
      calls.map(() => [4, expect.stringContaining("too slowly") as unknown]),
    );
    expect(timeouts(receiver, "grpc")).toBe(4);
    const again = begin(LIMIT / 2);
    await settle();
    expect(again.stream.closed).toBe(false);
  });
});

describe("a body that is slow", () => {
  test("and comes at 2 kB a second is taken", async () => {
    const receiver = await startReceiver();
    const body = "{}".padEnd(200_000);
    const sender = openSender(receiver, { length: body.length });
    let sent = 0;
    await pass(body.length / 5000, () => {
      sender.socket.write(body.slice(sent, (sent += 5000)));
    });
    await until(() => sender.status() !== 0);
    expect(sender.status()).toBe(200);
  });

  test("to begin holds nothing, and has the time of read_timeout", async () => {
    const receiver = await startReceiver();
    const sender = openSender(receiver, { length: 2 });
    await pass(3 * WINDOW);
    sender.socket.write("{}");
    await until(() => sender.status() !== 0);
    expect(sender.status()).toBe(200);
  });

  test("in between, after pieces that were fast, has a window for it", async () => {
    const receiver = await startReceiver();
    const body = "{}".padEnd(40_000);
    const sender = openSender(receiver, { length: body.length });
    sender.socket.write(body.slice(0, 20_000));
    await pass(WINDOW);
    await pass(WINDOW - 1);
    sender.socket.write(body.slice(20_000));
    await until(() => sender.status() !== 0);
    expect(sender.status()).toBe(200);
  });
});
