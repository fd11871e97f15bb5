import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import express, { type NextFunction, type Request, type Response } from "express";
import type { ApiError } from "../../src/api/api-error.ts";
import { countValues } from "../../src/api/count-values.ts";
import { createReadJson, messageBytes } from "../../src/api/read-json.ts";
import { createTurnstile } from "../../src/api/turnstile.ts";
import { createBodyPace } from "../../src/component/body-pace.ts";
import { listen } from "../../src/component/listen.ts";
import { type ApiServer, ask, startApi } from "./api-server.ts";

let server: ApiServer;
afterEach(async () => server?.close());

const traceOf = (content: unknown): string => JSON.stringify({ messages: [{ role: "user", content }] });
const large = traceOf("x".repeat(300 * 1024));
const json = { "content-type": "application/json" };

/** Sends all of a request but the last character of its body. */
async function holdBack(body: string): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
  const head = `POST /api/v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  await new Promise<void>((sent) => socket.write(head + body.slice(0, -1), () => sent()));
  return socket;
}

const soon = async () => new Promise((resolve) => setTimeout(resolve, 100));

describe("large bodies at the same time", () => {
  it("wait for a place, and beyond that are told to come back", async () => {
    server = await startApi({ largeBodies: { places: 1, waiting: 1 } });
    const first = await holdBack(large);
    await soon();
    const second = ask(server, "/api/v1/traces", { body: large, headers: json });
    await soon();
    const third = await ask(server, "/api/v1/traces", { body: large, headers: json });
    expect([third.status, third.json?.code, third.headers["retry-after"]]).toEqual([503, "unavailable", "1"]);
    expect(await Promise.race([second, soon()])).toBeUndefined();
    first.end(large.slice(-1));
    expect((await second).status).toBe(201);
  });

  it("keep no small one out", async () => {
    server = await startApi({ largeBodies: { places: 1, waiting: 0 } });
    const first = await holdBack(large);
    await soon();
    const { status } = await ask(server, "/api/v1/traces", { body: traceOf("hello"), headers: json });
    expect(status).toBe(201);
    first.destroy();
  });

  it("give their places back when their sender goes in the middle", async () => {
    server = await startApi({ largeBodies: { places: 1, waiting: 0 } });
    const first = await holdBack(large);
    await soon();
    first.destroy();
    await vi.waitFor(async () =>
      expect((await ask(server, "/api/v1/traces", { body: large, headers: json })).status).toBe(201),
    );
  });

  it("need a place when nobody knows how large they are", async () => {
    server = await startApi({ largeBodies: { places: 1, waiting: 0 } });
    const first = await holdBack(large);
    await soon();
    const chunked = { ...json, "transfer-encoding": "chunked" };
    const { status } = await ask(server, "/api/v1/traces", { body: traceOf("hello"), headers: chunked });
    expect(status).toBe(503);
    first.destroy();
  });
});

describe("small bodies at the same time", () => {
  const small = traceOf("x".repeat(100 * 1024));
  const smallBodies = { places: 150 * 1024, waiting: 1 };

  it("wait until all together have room, and beyond that are told to come back", async () => {
    server = await startApi({ smallBodies });
    const first = await holdBack(small);
    await soon();
    const second = ask(server, "/api/v1/traces", { body: small, headers: json });
    await soon();
    const third = await ask(server, "/api/v1/traces", { body: small, headers: json });
    expect([third.status, third.json?.code, third.headers["retry-after"]]).toEqual([503, "unavailable", "1"]);
    expect(await Promise.race([second, soon()])).toBeUndefined();
    first.end(small.slice(-1));
    expect((await second).status).toBe(201);
  });

  it("keep neither tiny nor large ones out", async () => {
    server = await startApi({ smallBodies });
    const first = await holdBack(small);
    await soon();
    for (const body of [traceOf("hello"), large])
      expect((await ask(server, "/api/v1/traces", { body, headers: json })).status).toBe(201);
    first.destroy();
  });

  it("count at every door that takes a body", async () => {
    server = await startApi({ smallBodies: { ...smallBodies, waiting: 0 } });
    const first = await holdBack(small);
    await soon();
    const { status } = await ask(server, `/api/v1/sessions/${"0".repeat(32)}/judge`, { body: small, headers: json });
    expect(status).toBe(503);
    first.destroy();
  });
});

describe("a body that comes slowly", () => {
  afterEach(() => void vi.useRealTimers());

  /** Enough for one window. */
  const begun = 20_000;

  /** Sends the beginning and gives what comes back. */
  async function begin(port: number, body: string): Promise<{ socket: Socket; answer: () => string }> {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    let received = "";
    socket.on("data", (data: Buffer) => (received += data.toString()));
    const head = `POST /api/v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    await new Promise<void>((sent) => socket.write(head + body.slice(0, begun), () => sent()));
    return { socket, answer: () => received };
  }

  it("is told so after its time, and gives its place back", async () => {
    const place = { places: 1, waiting: 0 };
    const reading = { enterSmall: createTurnstile(place), enterLarge: createTurnstile(place), pace: createBodyPace() };
    const read = createReadJson(messageBytes, { ...reading, held: new WeakMap(), longestMs: 300 });
    const app = express().post("/api/v1/traces", ...read, (_, response) => void response.json({}));
    app.use((error: ApiError, _request: Request, response: Response, _next: NextFunction) =>
      response.status(error.status).json({}),
    );
    const listener = await listen({ host: "127.0.0.1", port: 0 }, "test", () => createServer(app));
    const send = async () => fetch(`${listener.url}/api/v1/traces`, { method: "POST", body: large, headers: json });
    expect((await send()).status).toBe(200);
    const slow = await begin(listener.port, large);
    await vi.waitFor(() => expect(slow.answer()).toContain("HTTP/1.1 408 "));
    expect((await send()).status).toBe(200);
    slow.socket.destroy();
    await listener.close({ graceMs: 0 });
  });

  it.each([
    ["small", traceOf("x".repeat(200 * 1024))],
    ["large", large],
  ])("is told so when it only trickles, and what it says later counts for nothing: %s", async (_size, body) => {
    server = await startApi();
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const slow = await begin(server.port, body);
    await soon();
    vi.advanceTimersByTime(10_000);
    await soon();
    expect(slow.answer()).toBe("");
    slow.socket.write(body.slice(begun, begun + 1));
    await soon();
    vi.advanceTimersByTime(10_000);
    await vi.waitFor(() => expect(slow.answer()).toContain("HTTP/1.1 408 "));
    expect(slow.answer()).toContain('"code":"too_slow"');
    slow.socket.write(body.slice(begun + 1));
    await soon();
    expect(slow.answer().match(/HTTP\/1.1/g)).toHaveLength(1);
    expect(await server.store.countSessions({ project: "default", limit: 1 })).toBe(0);
    slow.socket.destroy();
  });
});

describe("a body", () => {
  it("that announces more than it may have is refused before it has come", async () => {
    server = await startApi();
    const socket = connect(server.port, "127.0.0.1");
    const head = "POST /api/v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    socket.write(`${head}Content-Length: ${16 * 1024 * 1024 + 1}\r\n\r\n{`);
    const [answer] = await new Promise<string[]>((resolve) =>
      socket.once("data", (data) => resolve([data.toString()])),
    );
    expect(answer).toContain("413");
    expect(answer).toContain("body_too_large");
    socket.destroy();
  });

  const items = 600_000;
  const many = `{"messages":[{"role":"user","content":"x"}],"metadata":{"a":[${"{},".repeat(items)}{}]}}`;
  it.each([
    ["plain", many, {}],
    ["compressed", gzipSync(many), { "content-encoding": "gzip" }],
  ])("that holds more values than any conversation is refused unread: %s", async (_name, body, headers) => {
    server = await startApi();
    const response = await fetch(`${server.url}/api/v1/traces`, {
      method: "POST",
      body,
      headers: { ...json, ...headers },
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: "body_too_large" });
  });

  it("in which everything is wrong is answered in a moment", async () => {
    server = await startApi();
    const wrong = `{"messages":[{"role":"user","content":[${"1,".repeat(400_000)}1]}]}`;
    const before = process.memoryUsage().heapTotal;
    const startedAt = performance.now();
    const { status, json: answer } = await ask(server, "/api/v1/traces", { body: wrong, headers: json });
    // What was wrong with each took three seconds and half a gigabyte.
    expect(performance.now() - startedAt).toBeLessThan(1500);
    expect(process.memoryUsage().heapTotal - before).toBeLessThan(200 * 1024 * 1024);
    expect(status).toBe(400);
    expect(answer?.detail).toContain('"messages.0.content.0"');
  });
});

describe("the values of a JSON text", () => {
  it.each([
    ["null", 1],
    ["[1,2,3]", 4],
    ['{"a":1,"b":{"c":[]}}', 5],
    ['"[,{"', 1],
    [String.raw`["a\"[,{","\\",1]`, 4],
    [String.raw`["\\\"[,","]`, 3],
    ['["never ends, [[[', 2],
  ])("%s: at most %i", (text, count) => {
    expect(countValues(Buffer.from(text), 1000)).toBe(count);
  });

  it("are counted no further than asked", () => {
    expect(countValues(Buffer.from("[".repeat(1_000_000)), 10)).toBe(11);
  });
});
