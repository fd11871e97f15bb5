/** OTLP/gRPC as a client, seen from the server upstream. Without a queue, so that what becomes of a request shows at once. */
import { connect, createServer } from "node:net";
import { Metadata, status } from "@grpc/grpc-js";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ExporterFactory } from "../../../src/component/exporter.ts";
import { otlpGrpcExporter } from "../../../src/exporters/otlp-grpc.ts";
import { PermanentError, UnavailableError } from "../../../src/model/errors.ts";
import { encodeExportResponse } from "../../../src/otlp/export-response.ts";
import { encodeStatus, RPC_CODES } from "../../../src/otlp/rpc-status.ts";
import { startGrpcUpstream, type AnswerGrpc } from "../../support/grpc-upstream.ts";
import { portOf } from "../../support/port-of.ts";
import { logRecordWith, spanWith } from "../../support/records.ts";
import { quick, startForwarder, withoutQueue } from "./forwarder-under-test.ts";

const once = { ...withoutQueue, retry_on_failure: { enabled: false }, tls: { insecure: true } };

const start = async ({ endpoint }: { readonly endpoint: string }, config: object = {}) =>
  startForwarder({ factory: otlpGrpcExporter as ExporterFactory, config: { endpoint, ...once, ...config } });

const failing =
  (code: number, retryAfterSeconds?: number): AnswerGrpc =>
  () => {
    const metadata = new Metadata();
    if (retryAfterSeconds !== undefined) {
      const details = encodeStatus({ code: RPC_CODES.unavailable, message: "", retryAfterSeconds }, "protobuf");
      metadata.set("grpc-status-details-bin", Buffer.from(details));
    }
    return { code, details: "as told", metadata };
  };

describe("otlp_grpc", () => {
  test.each([
    [{}, "gzip"],
    [{ compression: "none" }, undefined],
  ])("sends spans and log records as it is told: %j", async (config, encoding) => {
    const upstream = await startGrpcUpstream();
    // The server does not show the compression, so a wire in between does.
    const wire = await startWire(upstream.endpoint);
    const { send, sendLogs, metric } = await start(wire, config);
    const spans = [spanWith({ name: "n".repeat(5000) }), spanWith({ spanId: "00f067aa0ba902b7" })];
    const record = logRecordWith({ body: "hello" });
    await send(...spans);
    await sendLogs(record);
    expect(upstream.requests).toMatchObject([{ spans }, { logRecords: [record] }]);
    expect([metric("sent_spans"), metric("sent_log_records")]).toEqual([2, 1]);
    expect(wire.sentBytes() < 5000).toBe(encoding === "gzip");
  });

  test("sends its headers and, asked anew each time, the authenticator's", async () => {
    const upstream = await startGrpcUpstream();
    let token = "first";
    const { send } = await startForwarder({
      factory: otlpGrpcExporter as ExporterFactory,
      config: { endpoint: upstream.endpoint, headers: { "X-Scope": "a" }, auth: { authenticator: "b" }, ...once },
      authenticator: { clientHeaders: () => ({ Authorization: `Bearer ${token}` }) },
    });
    await send();
    token = "second";
    await send();
    expect(upstream.requests.map(({ metadata }) => metadata.get("authorization"))).toEqual([
      ["Bearer first"],
      ["Bearer second"],
    ]);
    expect(upstream.requests[0]?.metadata.get("x-scope")).toEqual(["a"]);
  });

  test.each([{ "x-scope": "größe" }, { "x-scope-bin": "text" }])(
    "cannot send the headers %j, which gRPC has none of",
    async (headers) => {
      const upstream = await startGrpcUpstream();
      const { send, logger } = await start(upstream, { headers });
      await expect(send()).rejects.toBeInstanceOf(UnavailableError);
      expect(logger.lines).toMatchObject([{ fields: { reason: "the headers cannot be sent over gRPC" } }]);
    },
  );

  test("sends more than four MiB at once", async () => {
    const upstream = await startGrpcUpstream();
    const { send } = await start(upstream);
    await send(spanWith({ name: "n".repeat(6_000_000) }));
    expect(upstream.requests).toHaveLength(1);
  });

  test("counts what the server rejects and does not send it again", async () => {
    const upstream = await startGrpcUpstream({
      answer: () => encodeExportResponse("traces", 1, ["too old"], "protobuf"),
    });
    const { send, metric, logger } = await start(upstream, { retry_on_failure: quick });
    await send(spanWith({}), spanWith({}));
    expect(upstream.requests).toHaveLength(1);
    expect([metric("sent_spans"), metric("send_failed_spans")]).toEqual([1, 1]);
    expect(logger.lines).toMatchObject([{ level: "warn", fields: { rejected: 1, upstream: "1 rejected: too old" } }]);
  });

  test("takes an answer that nobody can read for what its status says", async () => {
    const { send, metric } = await start(await startGrpcUpstream({ answer: () => Buffer.from([0x0a, 0xff]) }));
    await send();
    expect(metric("sent_spans")).toBe(1);
  });
});

describe("otlp_grpc and the status", () => {
  const { CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS } = status;
  const retryable: readonly number[] = [CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS];
  const all = Array.from({ length: 16 }, (_, index) => index + 1);

  test.each(all)("%i: comes again, or gives up", async (code) => {
    const upstream = await startGrpcUpstream({ answer: failing(code) });
    const { send, logger } = await start(upstream);
    await expect(send()).rejects.toBeInstanceOf(retryable.includes(code) ? UnavailableError : PermanentError);
    expect(logger.lines).toMatchObject([
      { fields: { reason: `the server answered ${status[code]}`, upstream: "as told" } },
    ]);
  });

  test("RESOURCE_EXHAUSTED: comes again when the server says when, and then", async () => {
    const times: number[] = [];
    const answer: AnswerGrpc = (number) => {
      times.push(performance.now());
      return number === 1 ? failing(status.RESOURCE_EXHAUSTED, 1)(number) : new Uint8Array(0);
    };
    const { send, metric } = await start(await startGrpcUpstream({ answer }), { retry_on_failure: quick });
    await send();
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
    expect(metric("sent_spans")).toBe(1);
  });
});

describe("otlp_grpc survives a server upstream that", () => {
  test("never answers", async () => {
    const upstream = await startGrpcUpstream({ answer: () => "hang" });
    const { send, logger } = await start(upstream, { timeout: "200ms" });
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(logger.lines).toMatchObject([{ fields: { reason: "the server answered DEADLINE_EXCEEDED" } }]);
  });

  test("refuses connections", async () => {
    const { send } = await start({ endpoint: "127.0.0.1:1" }, { timeout: "2s" });
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
  });

  test("speaks something else", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\n").on("error", () => undefined));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(() => void server.close());
    const { send } = await start({ endpoint: `127.0.0.1:${portOf(server)}` }, { timeout: "2s" });
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
  });

  test("answers more than a response may be", async () => {
    const { send, metric } = await start(await startGrpcUpstream({ answer: () => Buffer.alloc(5_000_000) }));
    await expect(send()).rejects.toBeInstanceOf(PermanentError);
    expect(metric("send_failed_spans")).toBe(1);
  });
});

describe("the configuration of otlp_grpc", () => {
  test.each([
    "otel.example.com:4317",
    "[::1]:4317",
    "http://localhost:4317",
    "https://localhost:4317/",
    "dns:///host:1",
  ])("%s is an endpoint", (endpoint) => {
    expect(otlpGrpcExporter.configSchema.safeParse({ endpoint }).success).toBe(true);
  });

  test.each(["", "localhost", "http://localhost:4317/v1/traces", "me:secret@host:4317", "unix:/tmp/socket", "a b:1"])(
    "%j is none",
    (endpoint) => {
      const { error } = otlpGrpcExporter.configSchema.safeParse({ endpoint });
      expect(error?.issues[0]?.message).toBe('must be an address such as "otel.example.com:4317"');
    },
  );

  test("waits five seconds for an answer unless told otherwise", () => {
    expect(otlpGrpcExporter.configSchema.parse({ endpoint: "a:1" })).toMatchObject({
      timeout: 5000,
      compression: "gzip",
    });
  });
});

/** Passes everything on and counts what goes to the server. */
async function startWire(endpoint: string): Promise<{ readonly endpoint: string; readonly sentBytes: () => number }> {
  let sent = 0;
  const port = Number(endpoint.split(":")[1]);
  const wire = createServer((client) => {
    const server = connect(port, "127.0.0.1");
    client.on("data", (bytes: Buffer) => void (sent += bytes.length));
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => {
    wire.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void wire.close());
  return { endpoint: `127.0.0.1:${portOf(wire)}`, sentBytes: () => sent };
}
