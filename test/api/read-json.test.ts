import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import express from "express";
import { countValues } from "../../src/api/count-values.ts";
import { createReadLargeJson } from "../../src/api/read-json.ts";
import { createTurnstile } from "../../src/api/turnstile.ts";
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

it("cuts off who sends a large body too slowly, and only them", async () => {
  const app = express().post(
    "/",
    ...createReadLargeJson(createTurnstile({ places: 1, waiting: 0 }), 300),
    (_, response) => {
      response.json({});
    },
  );
  const listener = await listen({ host: "127.0.0.1", port: 0 }, "test", () => createServer(app));
  const send = async () => fetch(listener.url, { method: "POST", body: large, headers: json });
  expect((await send()).status).toBe(200);
  const slow = connect(listener.port, "127.0.0.1").on("error", () => undefined);
  slow.write(
    `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${large.length}\r\n\r\n{`,
  );
  await once(slow, "close");
  expect((await send()).status).toBe(200);
  await listener.close({ graceMs: 0 });
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
