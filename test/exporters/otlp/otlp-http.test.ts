/** OTLP/HTTP as a client, seen from the server upstream. Without a queue, so that what becomes of a request shows at once. */
import { createServer, type Server } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { components } from "../../../src/components.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import { otlpHttpExporter } from "../../../src/exporters/otlp-http.ts";
import { PermanentError, UnavailableError } from "../../../src/model/errors.ts";
import { encodeExportResponse } from "../../../src/otlp/export-response.ts";
import { encodeSpans } from "../../../src/otlp/encode-records.ts";
import { encodeStatus } from "../../../src/otlp/rpc-status.ts";
import { createSpanBatch } from "../../../src/otlp/signal-batches.ts";
import { portOf } from "../../support/port-of.ts";
import { logRecordWith, spanWith } from "../../support/records.ts";
import { type AnswerUpstream, refuse, startUpstream, type Upstream } from "../../support/upstream.ts";
import { quick, startForwarder, withoutQueue } from "./forwarder-under-test.ts";

const once = { ...withoutQueue, retry_on_failure: { enabled: false } };

const start = async ({ url }: Pick<Upstream, "url">, config: object = {}) =>
  startForwarder({ config: { endpoint: url, ...once, ...config } });

const spans = [spanWith({ name: "one" }), spanWith({ name: "two", spanId: "00f067aa0ba902b7" })];

describe("otlp_http", () => {
  test.each([
    [{}, "application/x-protobuf", "gzip"],
    [{ compression: "none" }, "application/x-protobuf", undefined],
    [{ encoding: "json" }, "application/json", "gzip"],
    [{ compression: "zstd" }, "application/x-protobuf", "gzip"],
    [{ compression: "" }, "application/x-protobuf", undefined],
    [{ encoding: "json", compression: "none" }, "application/json", undefined],
  ])("sends spans and log records as it is told: %j", async (config, contentType, contentEncoding) => {
    const upstream = await startUpstream();
    const { send, sendLogs, metric } = await start(upstream, config);
    const record = logRecordWith({ body: "hello" });
    await send(...spans);
    await sendLogs(record);
    expect(upstream.requests).toMatchObject([
      { path: "/v1/traces", spans },
      { path: "/v1/logs", logRecords: [record] },
    ]);
    for (const { headers } of upstream.requests) {
      expect(headers["content-type"]).toBe(contentType);
      expect(headers["content-encoding"]).toBe(contentEncoding);
    }
    expect([metric("sent_spans"), metric("sent_log_records"), metric("send_failed_spans")]).toEqual([2, 1, 0]);
  });

  test("sends each signal where it is told", async () => {
    const upstream = await startUpstream();
    const { send, sendLogs } = await startForwarder({
      config: { endpoint: `${upstream.url}/base/`, logs_endpoint: `${upstream.url}/my/logs`, ...once },
    });
    await send();
    await sendLogs(logRecordWith({}));
    expect(upstream.requests.map(({ path }) => path)).toEqual(["/base/v1/traces", "/my/logs"]);
  });

  test("refuses a signal that it has no endpoint for", async () => {
    const upstream = await startUpstream();
    const { send } = await startForwarder({ config: { logs_endpoint: upstream.url, ...once } });
    await expect(send()).rejects.toBeInstanceOf(PermanentError);
  });

  test("sends its headers and, asked anew each time, the authenticator's; none can replace what describes the body", async () => {
    const upstream = await startUpstream();
    let token = "first";
    const { send } = await startForwarder({
      config: {
        endpoint: upstream.url,
        headers: { "X-Scope": "a", "Content-Type": "text/plain", authorization: "mine" },
        auth: { authenticator: "bearertokenauth" },
        ...once,
      },
      authenticator: { clientHeaders: () => ({ Authorization: `Bearer ${token}` }) },
    });
    await send();
    token = "second";
    await send();
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer first", "Bearer second"]);
    expect(upstream.requests[0]?.headers).toMatchObject({ "x-scope": "a", "content-type": "application/x-protobuf" });
  });

  test("does not start with an authenticator that has no key to send", async () => {
    const config = { endpoint: "http://127.0.0.1:9", auth: { authenticator: "accounts" }, ...once };
    await expect(startForwarder({ config, authenticator: {} })).rejects.toMatchObject({
      code: "authenticator_cannot_send",
      message: '"accounts" is named as an exporter\'s authenticator, and has no key in the clear to send',
    });
  });

  test("asks the authenticator for the headers of the project that it sends for", async () => {
    const upstream = await startUpstream();
    const { exporter } = await startForwarder({
      config: { endpoint: upstream.url, auth: { authenticator: "bearertokenauth" }, ...once },
      authenticator: { clientHeaders: (project) => ({ authorization: `Bearer of-${project}` }) },
    });
    for (const project of ["a", "b"])
      await exporter.export(createSpanBatch({ encoded: encodeSpans([spanWith({})]) }), { project });
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer of-a", "Bearer of-b"]);
  });

  test.each([429, 502, 503, 504])("tells the sender to come again after %i", async (status) => {
    const { send, metric } = await start(await startUpstream({ answer: refuse(status) }));
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect([metric("send_failed_spans"), metric("sent_spans")]).toEqual([1, 0]);
  });

  test.each([400, 401, 403, 404, 408, 413, 415, 500, 501])("gives up after %i", async (status) => {
    const upstream = await startUpstream({ answer: refuse(status) });
    const { send, metric } = await start(upstream, { retry_on_failure: quick });
    await expect(send(...spans)).rejects.toBeInstanceOf(PermanentError);
    expect(upstream.requests).toHaveLength(1);
    expect([metric("send_failed_spans"), metric("sent_spans")]).toEqual([2, 0]);
  });

  test("counts what the server rejects and does not send it again", async () => {
    const answer: AnswerUpstream = (response) =>
      response
        .writeHead(200, { "content-type": "application/x-protobuf; charset=utf-8" })
        .end(encodeExportResponse("traces", 1, ["too old"], "protobuf"));
    const upstream = await startUpstream({ answer });
    const { send, metric, logger } = await start(upstream, { retry_on_failure: quick });
    await send(...spans);
    expect(upstream.requests).toHaveLength(1);
    expect([metric("sent_spans"), metric("send_failed_spans")]).toEqual([1, 1]);
    expect(logger.lines).toMatchObject([{ level: "warn", fields: { rejected: 1, upstream: "1 rejected: too old" } }]);
  });

  test("logs why the server refuses, cut short, and never what was sent", async () => {
    const body = encodeStatus({ code: 3, message: "n".repeat(9999) }, "json");
    const answer: AnswerUpstream = (response) =>
      response.writeHead(400, { "content-type": "application/json" }).end(body);
    const { send, logger } = await start(await startUpstream({ answer }));
    await expect(send(spanWith({ name: "a secret" }))).rejects.toThrow("The server upstream refuses the data.");
    expect(logger.lines).toMatchObject([
      { level: "error", fields: { reason: "the server answered 400", upstream: "n".repeat(200), count: 1 } },
    ]);
    expect(JSON.stringify(logger.lines)).not.toContain("a secret");
  });

  test("logs the same trouble once in a while, and counts it always", async () => {
    const { send, logger, metric } = await start(await startUpstream({ answer: refuse(400) }));
    for (let time = 0; time < 5; time += 1) await expect(send()).rejects.toBeInstanceOf(PermanentError);
    expect(logger.lines).toHaveLength(1);
    expect(metric("send_failed_spans")).toBe(5);
  });

  test("counts metrics as not sent, says so, and keeps nobody waiting", async () => {
    const upstream = await startUpstream();
    const { exporter, metric, logger } = await start(upstream);
    await exporter.export({ signal: "metrics", count: 7 }, { project: "default" });
    expect(upstream.requests).toEqual([]);
    expect(metric("send_failed_metric_points")).toBe(7);
    expect(logger.lines).toMatchObject([{ level: "warn", message: "metrics are counted and not sent on" }]);
  });
});

describe("otlp_http tries again", () => {
  const retrying = { retry_on_failure: quick };

  test("until the server takes it", async () => {
    const upstream = await startUpstream({
      answer: (response, _, number) => void response.writeHead(number < 4 ? 503 : 200).end(),
    });
    const { send, metric } = await start(upstream, retrying);
    await send();
    expect(upstream.requests).toHaveLength(4);
    expect([metric("sent_spans"), metric("send_failed_spans")]).toEqual([1, 0]);
  });

  test("no sooner than the server asks", async () => {
    const times: number[] = [];
    const answer: AnswerUpstream = (response, _, number) => {
      times.push(performance.now());
      response.writeHead(number === 1 ? 429 : 200, { "retry-after": "1" }).end();
    };
    const { send } = await start(await startUpstream({ answer }), retrying);
    await send();
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
  });

  test("not when the time is up before the next attempt", async () => {
    const upstream = await startUpstream({ answer: refuse(503, { "retry-after": "60" }) });
    const { send, metric } = await start(upstream, { retry_on_failure: { ...quick, max_elapsed_time: "5s" } });
    const startedAt = performance.now();
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect([upstream.requests.length, metric("send_failed_spans")]).toEqual([1, 1]);
  });
});

/** Every way in which a server upstream can be bad. All are retryable, for nothing was taken. */
describe("A106 otlp_http survives a server upstream that", () => {
  const held: AnswerUpstream = () => undefined;
  const endless: (status: number, contentType: string) => AnswerUpstream = (status, contentType) => (response) => {
    response.writeHead(status, { "content-type": contentType });
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024, 0x61)));
    };
    response.on("drain", more);
    more();
  };
  const dripping: AnswerUpstream = (response) => {
    response.writeHead(200, { "content-type": "application/x-protobuf", "content-length": "1000" });
    const timer = setInterval(() => response.write("a"), 50);
    response.on("close", () => clearInterval(timer));
  };
  const cases: readonly (readonly [string, AnswerUpstream, string])[] = [
    ["never answers", held, "no answer within 300 ms"],
    ["drips", dripping, "no answer within 300 ms"],
    [
      "answers with a web page",
      (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      "no OTLP receiver",
    ],
    ["answers without end, and not in OTLP", endless(200, "application/octet-stream"), "no OTLP receiver"],
    ["answers 503 without end", endless(503, "application/json"), "the server answered 503"],
    [
      "breaks off in the middle of its answer",
      (response) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("12345", () => response.destroy());
      },
      "the answer was broken off",
    ],
    ["hangs up", (response) => void response.destroy(), "the connection failed (ECONNRESET)"],
    [
      "answers with more headers than anybody reads",
      (response) => void response.writeHead(200, { x: "y".repeat(100_000) }).end(),
      "the connection failed (HPE_HEADER_OVERFLOW)",
    ],
  ];

  test.each(cases)("%s", async (_, answer, reason) => {
    const { send, logger, metric } = await start(await startUpstream({ answer }), { timeout: "300ms" });
    const before = process.memoryUsage.rss();
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(logger.lines).toMatchObject([{ fields: { reason: expect.stringContaining(reason) as string } }]);
    expect(metric("in_flight_requests")).toBe(0);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  test("refuses connections", async () => {
    const { send, logger } = await start({ url: `http://127.0.0.1:${await closedPort()}` });
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
    expect(logger.lines).toMatchObject([{ fields: { reason: "the connection failed (ECONNREFUSED)" } }]);
  });

  test("takes connections and says nothing", async () => {
    const silent = await listening(createServer(() => undefined));
    const { send } = await start({ url: `http://127.0.0.1:${silent}` }, { timeout: "200ms" });
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
  });

  test("speaks something else", async () => {
    const port = await listening(createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n")));
    const { send } = await start({ url: `http://127.0.0.1:${port}` });
    await expect(send()).rejects.toBeInstanceOf(UnavailableError);
  });

  test.each([301, 302, 307, 308])("redirects elsewhere with %i, where it does not follow", async (status) => {
    const target = await startUpstream();
    const upstream = await startUpstream({ answer: refuse(status, { location: `${target.url}/v1/traces` }) });
    const { send } = await start(upstream);
    await expect(send()).rejects.toBeInstanceOf(PermanentError);
    expect(target.requests).toEqual([]);
  });

  test("takes a request and answers more than is read: that is no reason to send it again", async () => {
    const { send, metric, logger } = await start(await startUpstream({ answer: endless(200, "application/json") }));
    await send();
    expect(metric("sent_spans")).toBe(1);
    expect(logger.lines).toMatchObject([{ fields: { upstream: "(the answer is too long)" } }]);
  });

  test("takes a request and answers what nobody can read", async () => {
    const answer: AnswerUpstream = (response) =>
      response.writeHead(200, { "content-type": "application/json" }).end("{");
    const { send, metric } = await start(await startUpstream({ answer }));
    await send();
    expect(metric("sent_spans")).toBe(1);
  });
});

describe("the configuration of otlp_http", () => {
  const problemsOf = (config: object): readonly string[] => {
    const { error } = otlpHttpExporter.configSchema.safeParse(config);
    return error?.issues.map(({ path, message }) => `${path.join("::")}: ${message}`) ?? [];
  };

  test("has the collector's defaults", () => {
    expect(otlpHttpExporter.configSchema.parse({ endpoint: "http://localhost:4318" })).toMatchObject({
      encoding: "proto",
      compression: "gzip",
      timeout: 30_000,
      sending_queue: {
        num_consumers: 10,
        queue_size: 1000,
        sizer: "requests",
        block_on_overflow: false,
        store: "default",
      },
      retry_on_failure: {
        enabled: true,
        initial_interval: 5000,
        max_interval: 30_000,
        multiplier: 1.5,
        randomization_factor: 0.5,
      },
    });
  });

  test.each([
    [{}, ": at least one endpoint must be specified"],
    [
      { endpoint: "localhost:4318" },
      'endpoint: must be a URL such as "https://otel.example.com:4318", without user and password',
    ],
    [
      { endpoint: "http://me:secret@host" },
      'endpoint: must be a URL such as "https://otel.example.com:4318", without user and password',
    ],
    [
      { endpoint: "file:///etc/passwd" },
      'endpoint: must be a URL such as "https://otel.example.com:4318", without user and password',
    ],
    [{ endpoint: "http://a", compression: "bzip2" }, 'compression: must be "gzip" or "none"'],
    [{ endpoint: "http://a", proxy_url: "http://proxy:3128" }, "proxy_url: no proxy is used here; remove it"],
    [{ endpoint: "http://a", timeout: "0" }, "timeout: must be more than 0"],
    [{ endpoint: "http://a", headers: { "a b": "c" } }, "headers::a b: is not a header"],
    [{ endpoint: "http://a", headers: { a: "b\nc: d" } }, "headers::a: is not a header"],
    [
      { endpoint: "http://a", tls: { cert_file: "x" } },
      "tls: for auth via TLS, provide both certificate and key, or neither",
    ],
    [
      { endpoint: "http://a", sending_queue: { num_consumers: 0 } },
      "sending_queue::num_consumers: Too small: expected number to be >=1",
    ],
    [{ endpoint: "http://a", sending_queue: { stores: "x" } }, 'sending_queue: Unrecognized key: "stores"'],
    [
      { endpoint: "http://a", retry_on_failure: { multiplier: 0.5 } },
      "retry_on_failure::multiplier: Too small: expected number to be >=1",
    ],
  ])("%j is refused", (config, problem) => {
    expect(problemsOf(config)).toEqual([problem]);
  });
});

describe("the store of a sending queue", () => {
  const load = (queue: string) =>
    loadConfig(
      {
        env: {},
        text: `
receivers: { otlp: { protocols: { http: } } }
exporters: { otlp_http: { endpoint: "http://localhost:4318", sending_queue: ${queue} } }
stores: { default: , archive: }
judges: { rules: }
service:
  pipelines: { traces: { receivers: [otlp], exporters: [otlp_http] } }
  sessions: { store: default, judges: [rules] }
`,
      },
      components,
    );

  test("must be configured", () => {
    expect(() => load("{ store: nope }")).toThrow(
      'exporters::otlp_http: references store "nope" which is not configured',
    );
  });

  test.each([
    ["{ store: archive }", []],
    ["{ store: archive, enabled: false }", ["archive"]],
  ])("is used by a queue that is enabled: %s", (queue, unused) => {
    const { warnings } = load(queue);
    expect(warnings.filter((warning) => warning.includes("stores::"))).toEqual(
      unused.map((id) => expect.stringContaining(`stores::${id}: is configured but not used`) as string),
    );
  });
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => void server.close());
  return portOf(server);
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const port = portOf(server);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
