/** What the conformance table (G01 to G19) does not say of OTLP/gRPC: real exporters, callers, the counters, the budget. */
import { setTimeout as sleep } from "node:timers/promises";
import { Metadata } from "@grpc/grpc-js";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-grpc";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { logs, tracing } from "@opentelemetry/sdk-node";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ZodError } from "zod";
import type { Authenticator } from "../../../src/component/extension.ts";
import { UnauthenticatedError, UnavailableError } from "../../../src/model/errors.ts";
import { callExport } from "../../conformance/grpc-client.ts";
import { answerOf, beginCall, callOver, callRaw, frameOf, openSession } from "../../support/http2-client.ts";
import { isSpanBatch } from "./batches.ts";
import { bodiesOf, spansBody } from "./bodies.ts";
import { counterOf, parseConfig, type RunningReceiver, startReceiver } from "./receiver.ts";

afterEach(() => void vi.unstubAllEnvs());

const MEBIBYTE = 1024 * 1024;
const protobufBodies = bodiesOf(3).filter(({ encoding }) => encoding === "protobuf");
const frame = frameOf(spansBody());

async function sessionTo({ grpcAddress }: RunningReceiver) {
  const session = await openSession(grpcAddress);
  onTestFinished(() => session.destroy());
  return session;
}

const refusals = (receiver: RunningReceiver, reason: string): number =>
  counterOf(receiver, "turnwise_receiver_refused_requests", `transport="grpc",reason="${reason}"`);

describe("the JavaScript SDK's gRPC exporters", () => {
  test.each(["none", "gzip"])("deliver spans, compression %s", async (compression) => {
    vi.stubEnv("OTEL_EXPORTER_OTLP_COMPRESSION", compression);
    const receiver = await startReceiver({ grpc: { include_metadata: true } });
    const exporter = new OTLPTraceExporter({ url: `http://${receiver.grpcAddress}` });
    const provider = new tracing.BasicTracerProvider({ spanProcessors: [new tracing.BatchSpanProcessor(exporter)] });
    const tracer = provider.getTracer("test");
    for (let number = 0; number < 500; number += 1) tracer.startSpan(`span ${number}`).end();
    await provider.forceFlush();
    await provider.shutdown();
    const names = receiver.delivered.filter(isSpanBatch).flatMap((batch) => batch.spans().map(({ name }) => name));
    expect(new Set(names)).toEqual(new Set(Array.from({ length: 500 }, (_, number) => `span ${number}`)));
    const encodings = receiver.contexts.map(({ metadata }) => metadata?.get("grpc-encoding") ?? "none");
    expect(new Set(encodings)).toEqual(new Set([compression]));
  });

  test("deliver log records", async () => {
    const receiver = await startReceiver({ grpc: {} });
    const exporter = new OTLPLogExporter({ url: `http://${receiver.grpcAddress}` });
    const provider = new logs.LoggerProvider({ processors: [new logs.SimpleLogRecordProcessor({ exporter })] });
    provider.getLogger("test").emit({ body: "hello" });
    await provider.forceFlush();
    await provider.shutdown();
    expect(receiver.delivered).toMatchObject([{ signal: "logs", count: 1 }]);
  });

  test("learn of a refusal", async () => {
    const receiver = await startReceiver({ grpc: {}, deliver: async () => Promise.reject(new Error("disk full")) });
    const exporter = new OTLPTraceExporter({ url: `http://${receiver.grpcAddress}` });
    onTestFinished(async () => exporter.shutdown());
    const memory = new tracing.InMemorySpanExporter();
    const provider = new tracing.BasicTracerProvider({ spanProcessors: [new tracing.SimpleSpanProcessor(memory)] });
    provider.getTracer("test").startSpan("refused").end();
    await provider.forceFlush();
    const result = await new Promise((resolve) => exporter.export(memory.getFinishedSpans(), resolve));
    expect(result).toMatchObject({ error: { code: 14 } });
  });
});

describe("counters", () => {
  test.each(protobufBodies)("know accepted $signal by their transport", async ({ signal, body }) => {
    const receiver = await startReceiver({ grpc: {} });
    await callExport(receiver.grpcAddress, signal, body, new Metadata());
    const name = { traces: "spans", logs: "log_records", metrics: "metric_points" }[signal];
    expect(counterOf(receiver, `otelcol_receiver_accepted_${name}`, 'transport="grpc"')).toBe(3);
    expect(counterOf(receiver, "otelcol_receiver_requests", 'transport="grpc",outcome="success"')).toBe(1);
  });

  test("know a call that is cancelled half way, and nothing is logged of it", async () => {
    const receiver = await startReceiver({ grpc: {} });
    const session = await sessionTo(receiver);
    for (let number = 0; number < 20; number += 1) {
      const stream = beginCall(session);
      await new Promise((resolve) => void stream.write(frame.subarray(0, 30), resolve));
      stream.destroy();
    }
    await expect.poll(() => refusals(receiver, "aborted")).toBe(20);
    expect((await callOver(session, { pieces: [frame] })).code).toBe(0);
    expect(receiver.delivered).toHaveLength(1);
    expect(receiver.logger.lines.filter(({ level }) => level !== "info" && level !== "debug")).toEqual([]);
  });

  test("count what is delivered once, also when the caller went away or waited no longer", async () => {
    const receiver = await startReceiver({ grpc: {}, deliver: async () => sleep(100) });
    const session = await sessionTo(receiver);
    const late = await callOver(session, { headers: { "grpc-timeout": "20m" }, pieces: [frame] });
    expect(late).toMatchObject({ code: 4, resetCode: 0 });
    const stream = beginCall(session);
    stream.end(frame);
    await sleep(30);
    stream.destroy();
    await expect.poll(() => receiver.delivered).toHaveLength(2);
    expect(counterOf(receiver, "otelcol_receiver_accepted_spans", 'transport="grpc"')).toBe(2);
    expect(refusals(receiver, "timeout")).toBe(1);
    expect((await callOver(session, { pieces: [frame] })).code).toBe(0);
  });
});

test("a message of any characters reaches the caller", async () => {
  const said = "100 % naïve\n\u{1f600}";
  const receiver = await startReceiver({ grpc: {}, deliver: async () => Promise.reject(new UnavailableError(said)) });
  const answer = await callExport(receiver.grpcAddress, "traces", spansBody(), new Metadata());
  expect(answer).toMatchObject({ code: 14, message: said });
});

test.each(["1S", "99999999H", "5000m", "99999999u"])("a deadline of %j leaves time enough", async (timeout) => {
  const receiver = await startReceiver({ grpc: {}, deliver: async () => sleep(5) });
  const headers = { "grpc-timeout": timeout };
  expect((await callRaw(receiver.grpcAddress, { headers, pieces: [frame] })).code).toBe(0);
});

describe("a deadline that is not of gRPC's form", () => {
  test.each(["nonsense", "5", "S", "123456789S", "1s", "-1S", "+1S", "1.5S", "1 S", "1S, 1S", ""])(
    "is INTERNAL, as in grpc-go and grpc-js: %j",
    async (timeout) => {
      const receiver = await startReceiver({ grpc: {} });
      const headers = { "grpc-timeout": timeout };
      const answer = await callRaw(receiver.grpcAddress, { headers, pieces: [frame] });
      expect(answer).toMatchObject({ code: 13, message: "The grpc-timeout is malformed." });
      expect(receiver.delivered).toEqual([]);
      expect(refusals(receiver, "malformed")).toBe(1);
    },
  );

  test("is found before the method, and after the content type", async () => {
    const receiver = await startReceiver({ grpc: {} });
    const call = { path: "/none/None", headers: { "grpc-timeout": "x" } };
    expect((await callRaw(receiver.grpcAddress, call)).code).toBe(13);
    const text = { headers: { "grpc-timeout": "x", "content-type": "text/plain" } };
    expect((await callRaw(receiver.grpcAddress, text)).httpStatus).toBe(415);
  });
});

describe("callers", () => {
  const authenticator: Authenticator = {
    authenticate({ authorization }) {
      if (authorization === "Bearer known") return { project: "theirs" };
      throw new UnauthenticatedError("Who are you?", { hadCredentials: authorization !== undefined });
    },
    clientHeaders: () => ({}),
  };
  const start = async () =>
    startReceiver({ grpc: { auth: { authenticator: "doorman" } }, authenticatorOf: () => authenticator });

  test("decide whose data it is", async () => {
    const receiver = await start();
    const headers = { authorization: "Bearer known" };
    expect((await callRaw(receiver.grpcAddress, { headers, pieces: [frame] })).code).toBe(0);
    expect(receiver.contexts).toEqual([{ project: "theirs" }]);
  });

  test("that are not known are refused before they send anything", async () => {
    const receiver = await start();
    const answer = await callRaw(receiver.grpcAddress, { halfOpen: true });
    expect(answer).toMatchObject({ code: 16, message: "Who are you?" });
    expect(refusals(receiver, "unauthenticated")).toBe(1);
    expect(receiver.delivered).toEqual([]);
  });

  test("are asked by nobody when none is configured, and then belong to the default project", async () => {
    const receiver = await startReceiver({ grpc: {} });
    await callRaw(receiver.grpcAddress, { headers: { authorization: "Bearer whatever" }, pieces: [frame] });
    expect(receiver.contexts).toEqual([{ project: "default" }]);
  });
});

describe("metadata", () => {
  const call = { headers: { "x-tenant": "a" }, pieces: [frame] };

  test("reaches the pipeline when that is wanted, without HTTP/2's own", async () => {
    const receiver = await startReceiver({ grpc: { include_metadata: true } });
    await callRaw(receiver.grpcAddress, call);
    const [{ metadata } = {}] = receiver.contexts;
    expect(metadata?.get("x-tenant")).toBe("a");
    expect([...(metadata?.keys() ?? [])].filter((name) => name.startsWith(":"))).toEqual([]);
  });

  test("does not otherwise", async () => {
    const receiver = await startReceiver({ grpc: {} });
    await callRaw(receiver.grpcAddress, call);
    expect(receiver.contexts).toEqual([{ project: "default" }]);
  });
});

describe("a signal without a pipeline", () => {
  test("is not served, and the others are", async () => {
    const receiver = await startReceiver({ grpc: {}, signals: ["logs"] });
    const codes = protobufBodies.map(async ({ signal, body }) => [
      signal,
      (await callExport(receiver.grpcAddress, signal, body, new Metadata())).code,
    ]);
    expect(Object.fromEntries(await Promise.all(codes))).toEqual({ traces: 12, logs: 0, metrics: 12 });
  });
});

describe("many calls at once", () => {
  test("are all served on one connection", async () => {
    const receiver = await startReceiver({ grpc: {} });
    const session = await sessionTo(receiver);
    const body = frameOf(spansBody(200));
    const answers = await Promise.all(Array.from({ length: 300 }, async () => callOver(session, { pieces: [body] })));
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([0]));
    expect(receiver.delivered).toHaveLength(300);
  });

  test("that would hold too much memory together are asked to come again, and let others through when they are done", async () => {
    const limits = { http: { max_request_body_size: 1 }, grpc: { max_recv_msg_size_mib: 1 } };
    const receiver = await startReceiver(limits);
    const session = await sessionTo(receiver);
    const most = frameOf(Buffer.alloc(MEBIBYTE - 10), { length: MEBIBYTE });
    const streams = Array.from({ length: 8 }, () => {
      const stream = beginCall(session);
      const answer = answerOf(stream);
      stream.write(most);
      return { stream, answer };
    });
    // How many depends on how their pieces interleave: each has a part when the memory is used up.
    const refused = await Promise.race(streams.map(async ({ answer }) => answer));
    expect([refused.code, refused.message]).toEqual([14, "Too much is arriving at the same time."]);
    // The others are finished and not reset: a client of Node 20 that resets streams with megabytes unsent loops for ever in
    // native code (Http2Stream::SubmitRstStream, in SendPendingData), whoever the server is.
    for (const { stream } of streams) if (!stream.closed) stream.end(Buffer.alloc(10));
    await Promise.all(streams.map(async ({ answer }) => answer));
    expect(refusals(receiver, "unavailable") + refusals(receiver, "malformed")).toBe(8);
    expect((await callOver(session, { pieces: [frame] })).code).toBe(0);
  });
});

describe("the configuration", () => {
  const grpcOf = (grpc: unknown) => parseConfig({ protocols: { grpc } }).protocols.grpc;

  test("of gRPC needs no setting", () => {
    expect(grpcOf(null)).toEqual(grpcOf({}));
    expect(grpcOf({})).toEqual({
      endpoint: { host: "localhost", port: 4317 },
      transport: "tcp",
      max_recv_msg_size_mib: 64,
      max_concurrent_streams: 100,
      read_timeout: 120_000,
      include_metadata: false,
      keepalive: {
        server_parameters: { time: 7_200_000, timeout: 20_000 },
        enforcement_policy: { min_time: 300_000, permit_without_stream: false },
      },
    });
  });

  test("takes the collector's own example", () => {
    const example = {
      read_buffer_size: 123,
      write_buffer_size: 345,
      max_recv_msg_size_mib: 32,
      max_concurrent_streams: 16,
      keepalive: {
        server_parameters: {
          max_connection_idle: "11s",
          max_connection_age: "12s",
          max_connection_age_grace: "13s",
          time: "30s",
          timeout: "5s",
        },
        enforcement_policy: { min_time: "10s", permit_without_stream: true },
      },
    };
    expect(grpcOf(example)?.keepalive.enforcement_policy).toEqual({ min_time: 10_000, permit_without_stream: true });
  });

  test("reads 0 as not set, and more than a timer can wait as what it can", () => {
    const serverParameters = { max_connection_idle: "0", max_connection_age: "9999h", time: "0", timeout: "0" };
    const keepalive = { server_parameters: serverParameters, enforcement_policy: { min_time: "0" } };
    expect(grpcOf({ keepalive, read_timeout: "0" })).toMatchObject({
      read_timeout: 20 * 24 * 3_600_000,
      keepalive: {
        server_parameters: { max_connection_age: 20 * 24 * 3_600_000, time: 7_200_000, timeout: 20_000 },
        enforcement_policy: { min_time: 300_000 },
      },
    });
    expect(grpcOf({ keepalive })?.keepalive.server_parameters.max_connection_idle).toBeUndefined();
  });

  test("says that buffer sizes have no effect", async () => {
    const receiver = await startReceiver({ grpc: { read_buffer_size: 1 } });
    expect(receiver.logger.lines).toContainEqual(
      expect.objectContaining({ level: "warn", message: expect.stringContaining("no effect") as unknown }),
    );
  });

  test.each([
    { max_recv_msg_size_mib: 0 },
    { max_recv_msg_size_mib: "64" },
    { max_recv_msg_size_mib: 1.5 },
    { max_recv_msg_size_mib: 1000 },
    { max_concurrent_streams: 0 },
    { keepalive: { server_parameters: { time: 5 } } },
    { keepalive: { server_params: {} } },
    { endpoint: "4317" },
    { max_recv_msg_size: 4 },
    { auth: {} },
    { transport: "unix" },
  ])("refuses %j", (grpc) => {
    expect(() => grpcOf(grpc)).toThrow(ZodError);
  });
});
