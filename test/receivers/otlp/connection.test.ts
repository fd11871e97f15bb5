import { once } from "node:events";
import { Agent } from "node:http";
import { connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { tracing } from "@opentelemetry/sdk-node";
import { describe, expect, onTestFinished, test } from "vitest";
import { StartError } from "../../../src/model/errors.ts";
import type { Signal } from "../../../src/model/signal-batch.ts";
import { otlpReceiver } from "../../../src/receivers/otlp/otlp-receiver.ts";
import { createTelemetry } from "../../../src/service/telemetry.ts";
import { noNeeds } from "../../support/no-needs.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { isSpanBatch } from "./batches.ts";
import { spansBody } from "./bodies.ts";
import { counterOf, JSON_TYPE, parseConfig, PROTOBUF, send, sendRaw, startReceiver } from "./receiver.ts";

function requestText(body: Uint8Array | string, headers = ""): Buffer {
  const bytes = Buffer.from(body);
  const head = `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${bytes.length}\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

function chunkedRequest(chunks: string): string {
  const head = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n";
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`;
}

describe("a connection", () => {
  test("serves one request after another", async () => {
    const receiver = await startReceiver();
    const body = spansBody();
    const answers = await sendRaw(receiver, Buffer.concat(Array.from({ length: 500 }, () => requestText(body))));
    expect(answers.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(500);
    expect(receiver.delivered).toHaveLength(500);
  });

  test("goes on after a refused request, whose body is passed over", async () => {
    const receiver = await startReceiver();
    const refused = "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 200000\r\n\r\n";
    const bytes = Buffer.concat([Buffer.from(refused), Buffer.alloc(200_000), requestText(spansBody())]);
    const answers = await sendRaw(receiver, bytes);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 415", "HTTP/1.1 200"]);
  });

  test.each([
    ["what is not HTTP", "nonsense\r\n\r\n", ["200", "200", "400"]],
    ["a broken chunk", chunkedRequest("zz\r\n"), ["200", "200", "400"]],
  ])("answers what came whole before it refuses %s", async (_, broken, statuses) => {
    const receiver = await startReceiver({ deliver: async () => sleep(30) });
    const whole = requestText(spansBody());
    const answers = await sendRaw(receiver, Buffer.concat([whole, whole, Buffer.from(broken)]));
    expect(answers.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(statuses);
    expect(answers).toMatch(/connection: close\r\n\r\n\{"code":3,[^]*$/i);
    expect(receiver.delivered).toHaveLength(2);
  });

  test("whose sender has gone is not waited for", async () => {
    const receiver = await startReceiver({ deliver: async () => sleep(50) });
    const socket = connect(receiver.port, "127.0.0.1");
    socket.write(Buffer.concat([requestText(spansBody()), Buffer.from("nonsense\r\n\r\n")]));
    await sleep(10);
    socket.resetAndDestroy();
    await expect.poll(() => receiver.delivered).toHaveLength(1);
    expect((await send(receiver, { body: spansBody() })).status).toBe(200);
  });

  test.each([
    ["two Hosts", "POST /v1/traces HTTP/1.1\r\nHost: a\r\nhost: b\r\nContent-Length: 0\r\n\r\n", 400],
    ["no Host", "POST /v1/traces HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 400],
    [
      "an unknown transfer coding",
      "POST /v1/traces HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      501,
    ],
  ])("with a request of %s is refused as RFC 9112 asks", async (_, request, status) => {
    const receiver = await startReceiver();
    const answers = await sendRaw(receiver, request);
    expect(answers).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*\\{"code":`));
    expect(receiver.delivered).toEqual([]);
  });

  test("waits longer than an SDK between two exports", async () => {
    const { protocols } = parseConfig({ protocols: { http: {} } });
    expect(protocols.http?.idle_timeout).toBeGreaterThan(65_000);
  });

  test("is closed when it has been idle for too long", async () => {
    const receiver = await startReceiver({ http: { idle_timeout: "100ms" } });
    const socket = connect(receiver.port, "127.0.0.1");
    socket.write(requestText(spansBody()));
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 200/);
    await once(socket, "close");
  });

  test("that sends its body too slowly is ended, and others are served meanwhile", async () => {
    const receiver = await startReceiver({ http: { read_timeout: "500ms" } });
    const socket = connect(receiver.port, "127.0.0.1").on("error", () => undefined);
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    const closed = once(socket, "close");
    socket.resume();
    expect((await send(receiver, { body: spansBody() })).status).toBe(200);
    await closed;
    expect(receiver.delivered).toHaveLength(1);
    expect(receiver.logger.lines.filter(({ level }) => level !== "info")).toEqual([]);
  });

  test.each([
    ["never", "POST /v1/traces HTTP/1.1\r\nHost: x\r\n", 0],
    ["byte by byte", "POST /v1/traces HTTP/1.1\r\nHost: x\r\nX: ", 50],
  ])(
    "whose head ends %s is answered with 408 and ended, and others are served meanwhile",
    async (_, start, everyMs) => {
      const receiver = await startReceiver({ http: { read_header_timeout: "300ms" } });
      const socket = connect(receiver.port, "127.0.0.1").on("error", () => undefined);
      socket.write(start);
      const drip = everyMs === 0 ? undefined : setInterval(() => socket.write("x"), everyMs);
      const answered = once(socket, "data");
      expect((await send(receiver, { body: spansBody() })).status).toBe(200);
      expect(String((await answered)[0])).toMatch(/^HTTP\/1\.1 408 [^]*\{"code":3,/);
      await once(socket, "close");
      clearInterval(drip);
    },
  );

  test("many at once are all served", async () => {
    const receiver = await startReceiver();
    const agent = new Agent({ keepAlive: true, maxSockets: 30 });
    onTestFinished(() => agent.destroy());
    const answers = await Promise.all(
      Array.from({ length: 300 }, async () => send(receiver, { body: spansBody(), pieceSize: 64 })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(receiver.delivered).toHaveLength(300);
  });
});

describe("a body", () => {
  test("may come in pieces without a length", async () => {
    const receiver = await startReceiver();
    expect((await send(receiver, { body: spansBody(3), pieceSize: 7 })).status).toBe(200);
    expect(receiver.delivered).toMatchObject([{ count: 3 }]);
  });

  test("may have trailers, which are passed over", async () => {
    const receiver = await startReceiver();
    const body = Buffer.from(spansBody());
    const chunks = `${body.length.toString(16)};extension=1\r\n${body.toString("latin1")}\r\n0\r\nX-Trailer: 1\r\nContent-Type: text/plain\r\n\r\n`;
    expect(await sendRaw(receiver, Buffer.from(chunkedRequest(chunks), "latin1"))).toMatch(/^HTTP\/1\.1 200 /);
    expect(receiver.delivered).toHaveLength(1);
  });

  test.each([
    ["of HTTP/1.0", requestText(spansBody(), "Expect: 100-continue\r\n").toString("latin1").replace("/1.1", "/1.0")],
    ["with other expectations", requestText(spansBody(), "Expect: patience\r\n").toString("latin1")],
  ])("is not asked for in a request %s", async (_, request) => {
    const receiver = await startReceiver();
    const answers = await sendRaw(receiver, Buffer.from(request, "latin1"));
    expect(answers).toMatch(/^HTTP\/1\.1 200 /);
    expect(receiver.delivered).toHaveLength(1);
  });

  test("is asked for when the sender waits for 100 Continue", async () => {
    const receiver = await startReceiver();
    const body = spansBody();
    const socket = connect(receiver.port, "127.0.0.1");
    socket.write(
      `POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    expect(String((await once(socket, "data"))[0])).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write(body);
    expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test("is not asked for when the request is refused anyway", async () => {
    const receiver = await startReceiver();
    const answer = await sendRaw(
      receiver,
      "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 415 /);
    expect(answer.toLowerCase()).toContain("connection: close");
  });

  test("that breaks off stores nothing, logs nothing and is counted", async () => {
    const receiver = await startReceiver();
    const whole = requestText(spansBody());
    for (let number = 0; number < 50; number += 1) {
      const socket = connect(receiver.port, "127.0.0.1").on("error", () => undefined);
      await once(socket, "connect");
      await new Promise<void>((written) => {
        socket.write(whole.subarray(0, whole.length - 10), () => written());
      });
      socket.destroy();
    }
    await expect
      .poll(() => counterOf(receiver, "turnwise_receiver_refused_requests", 'reason="aborted"'), { timeout: 5000 })
      .toBe(50);
    expect(receiver.delivered).toEqual([]);
    expect(receiver.logger.lines.filter(({ level }) => level !== "info")).toEqual([]);
    expect((await send(receiver, { body: spansBody() })).status).toBe(200);
  });

  test("that was announced and then never came is no delivery", async () => {
    const receiver = await startReceiver();
    const socket = connect(receiver.port, "127.0.0.1");
    socket.end("POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n");
    socket.resume();
    await once(socket, "close");
    expect(receiver.delivered).toEqual([]);
  });
});

describe("starting", () => {
  async function start(endpoint: string) {
    const logger = recordingLogger();
    const config = parseConfig({ protocols: { http: { endpoint } } });
    const pipelines = { traces: { admit: () => undefined, deliver: async () => undefined } };
    const receiver = otlpReceiver.create(config, {
      id: "otlp/a",
      logger,
      telemetry: createTelemetry(),
      pipelines,
      ...noNeeds,
    });
    onTestFinished(async () => receiver.shutdown?.());
    await receiver.start?.();
    return { receiver, logger };
  }

  test("on a port that is taken fails with a remedy", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const error: unknown = await start(`127.0.0.1:${port}`).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ code: "port_in_use" });
    expect(String(error)).toContain("receivers::otlp/a::protocols::http::endpoint");
  });

  test("on localhost serves 127.0.0.1 and, where there is one, ::1, on the same port", async () => {
    const { receiver, logger } = await start("localhost:0");
    const [url = ""] = receiver.urls?.() ?? [];
    expect(url).toMatch(/^http:\/\/localhost:[1-9]\d*$/);
    expect(logger.lines).toEqual([{ level: "info", fields: { url }, message: "receiving OTLP" }]);
    const addresses = Object.values(networkInterfaces()).flatMap((found = []) => found.map(({ address }) => address));
    const hosts = ["127.0.0.1", ...(addresses.includes("::1") ? ["[::1]"] : [])];
    for (const host of hosts) {
      const answer = await fetch(`http://${host}:${new URL(url).port}/v1/traces`, {
        method: "POST",
        headers: JSON_TYPE,
        body: "{}",
      });
      expect(answer.status).toBe(200);
    }
  });

  test("has no address before and can be shut down without", async () => {
    const config = parseConfig({ protocols: { http: {} } });
    const receiver = otlpReceiver.create(config, {
      id: "otlp",
      logger: recordingLogger(),
      telemetry: createTelemetry(),
      pipelines: {},
      ...noNeeds,
    });
    expect(receiver.urls?.()).toEqual([]);
    await receiver.shutdown?.();
    await receiver.shutdown?.();
  });
});

describe("shutting down", () => {
  test("lets running requests finish and takes no new ones", async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const receiver = await startReceiver({ deliver: async () => held });
    const running = send(receiver, { body: spansBody() });
    await expect.poll(() => receiver.telemetry.show() === "" && connectionIsOpen(receiver.port)).toBeTruthy();
    const stopped = receiver.shutdown();
    await expect(send(receiver)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    release();
    expect((await running).status).toBe(200);
    await stopped;
    expect(receiver.delivered).toHaveLength(1);
  });

  test("does not wait for idle connections", async () => {
    const receiver = await startReceiver();
    const socket = connect(receiver.port, "127.0.0.1");
    socket.write(requestText(spansBody()));
    await once(socket, "data");
    const started = performance.now();
    await receiver.shutdown();
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("the JavaScript SDK", () => {
  const values = { text: "a", number: 1e21, nothing: Number.NaN, surrogate: "a\ud800b", large: 2 ** 60, list: [1, 2] };

  test("is understood with the values it really sends", async () => {
    const receiver = await startReceiver();
    const exporter = new OTLPTraceExporter({ url: `${receiver.url}/v1/traces` });
    const provider = new tracing.BasicTracerProvider({
      spanProcessors: [new tracing.SimpleSpanProcessor(exporter)],
    });
    const span = provider.getTracer("test").startSpan("chat", { attributes: values });
    span.recordException(new Error("failed"));
    span.end();
    await provider.forceFlush();
    await provider.shutdown();
    const batch = receiver.delivered.find(isSpanBatch);
    const [decoded] = batch?.spans() ?? [];
    expect(decoded).toMatchObject({ name: "chat", events: [{ name: "exception" }], flags: 257 });
    expect(decoded?.attributes).toEqual(
      new Map<string, unknown>([
        ["text", "a"],
        ["number", 1e21],
        ["nothing", null],
        ["surrogate", "a\ufffdb"],
        // 2 ** 60 as JSON.stringify writes it.
        ["large", 1_152_921_504_606_847_000n],
        ["list", [1n, 2n]],
      ]),
    );
  });
});

test("a signal is told by its path alone", async () => {
  const receiver = await startReceiver();
  const signals: readonly Signal[] = ["traces", "logs", "metrics"];
  for (const signal of signals)
    expect((await send(receiver, { path: `/v1/${signal}`, headers: PROTOBUF })).status).toBe(200);
});

async function connectionIsOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
  return true;
}
