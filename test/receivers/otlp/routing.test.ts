import { describe, expect, test } from "vitest";
import { otlpReceiver } from "../../../src/receivers/otlp/otlp-receiver.ts";
import { bodiesOf, spansBody } from "./bodies.ts";
import { JSON_TYPE, parseConfig, PROTOBUF, send, sendRaw, startReceiver } from "./receiver.ts";

describe("a path", () => {
  test.each([
    "/v1/traces",
    "/v1/traces?key=value",
    "/otlp/v1/traces",
    "/api/public/otel/v1/traces",
    "http://localhost:4318/v1/traces",
  ])("%s takes spans", async (path) => {
    const receiver = await startReceiver();
    expect((await send(receiver, { path, body: spansBody(2) })).status).toBe(200);
    expect(receiver.delivered).toMatchObject([{ signal: "traces", count: 2 }]);
  });

  test.each([
    "/",
    "/v1/traces/",
    "/V1/TRACES",
    "/v1/trace",
    "//v1/traces",
    "/x//v1/traces",
    "/xv1/traces",
    "/v1/traces/x",
    "/v1%2Ftraces",
    "/%zz",
    "/v1/profiles",
    "/v1development/profiles",
    "/__proto__/traces",
    "*",
  ])("%s is not found", async (path) => {
    const receiver = await startReceiver();
    const { status, headers, body } = await send(receiver, { path, headers: JSON_TYPE, body: "{}" });
    expect([status, headers["content-type"]]).toEqual([404, "application/json"]);
    expect(JSON.parse(body.toString())).toMatchObject({ code: 5 });
    expect(receiver.delivered).toEqual([]);
  });

  test("can be configured, with or without its leading slash", async () => {
    const receiver = await startReceiver({ http: { traces_url_path: "spans", logs_url_path: "/my/logs" } });
    expect((await send(receiver, { path: "/spans" })).status).toBe(200);
    expect((await send(receiver, { path: "/my/logs" })).status).toBe(200);
    expect((await send(receiver, { path: "/v1/traces" })).status).toBe(404);
  });

  test("of a signal without a pipeline is not found", async () => {
    const receiver = await startReceiver({ signals: ["traces"] });
    const { status, body } = await send(receiver, { path: "/v1/logs", headers: JSON_TYPE, body: "{}" });
    expect(status).toBe(404);
    expect(JSON.parse(body.toString())).toMatchObject({ code: 12, message: "There is no pipeline for logs." });
  });
});

describe("each signal in each encoding", () => {
  test.each(bodiesOf(3).map((body) => [`${body.signal} as ${body.encoding}`, body] as const))(
    "%s is taken, delivered and answered in kind",
    async (_, { signal, encoding, path, headers, body }) => {
      const receiver = await startReceiver();
      const answer = await send(receiver, { path, headers, body });
      expect(answer.status).toBe(200);
      expect(answer.headers["content-type"]).toBe(headers["content-type"]);
      expect(answer.body.toString()).toBe(encoding === "json" ? "{}" : "");
      expect(receiver.delivered).toMatchObject([{ signal, count: 3 }]);
    },
  );
});

describe("a method", () => {
  test.each(["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s is not allowed", async (method) => {
    const receiver = await startReceiver();
    const { status, headers, body } = await send(receiver, { method, headers: {} });
    expect([status, headers.allow, headers["content-type"]]).toEqual([405, "POST", "application/json"]);
    expect(JSON.parse(body.toString())).toMatchObject({ code: 12 });
  });

  test("HEAD is not allowed and has no body", async () => {
    const { status, headers, body } = await send(await startReceiver(), { method: "HEAD", headers: {} });
    expect([status, headers.allow, body.length]).toEqual([405, "POST", 0]);
  });

  test("is answered in the encoding of the request", async () => {
    const { status, headers } = await send(await startReceiver(), { method: "PUT", headers: PROTOBUF });
    expect([status, headers["content-type"]]).toEqual([405, "application/x-protobuf"]);
  });
});

describe("strange request heads", () => {
  test.each([
    [
      "both Content-Length and Transfer-Encoding",
      "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      400,
    ],
    [
      "two different Content-Lengths",
      "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      400,
    ],
    ["headers of 20 KB", `POST /v1/traces HTTP/1.1\r\nHost: x\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["a TLS hello", Buffer.from("16030100a5010000a10303", "hex"), 400],
    ["no Host", "POST /v1/traces HTTP/1.1\r\n\r\n", 400],
  ])("%s", async (_, head, status) => {
    const receiver = await startReceiver();
    expect(await sendRaw(receiver, head)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await send(receiver)).status).toBe(200);
  });

  test("a header named __proto__ is just a header", async () => {
    const receiver = await startReceiver();
    const headers = { ...PROTOBUF, ["__proto__"]: "x" };
    expect((await send(receiver, { headers, body: spansBody() })).status).toBe(200);
  });
});

describe("the configuration", () => {
  test("has the collector's defaults where OTLP has no others", () => {
    expect(parseConfig({ protocols: { http: null } })).toEqual({
      protocols: {
        http: {
          endpoint: { host: "localhost", port: 4318 },
          transport: "tcp",
          traces_url_path: "/v1/traces",
          logs_url_path: "/v1/logs",
          metrics_url_path: "/v1/metrics",
          max_request_body_size: 67_108_864,
          compression_algorithms: ["", "gzip", "zstd", "zlib", "deflate"],
          read_timeout: 120_000,
          read_header_timeout: 60_000,
          idle_timeout: 75_000,
          keep_alives_enabled: true,
          response_headers: {},
          include_metadata: false,
        },
      },
    });
  });

  test.each([
    ["no protocols", {}],
    ["an empty list of protocols", { protocols: {} }],
    ["a protocol that does not exist", { protocols: { http: {}, thrift: {} } }],
    ["an unknown key", { protocols: { http: { max_size: 1 } } }],
    ["a limit that is no number", { protocols: { http: { max_request_body_size: "64MiB" } } }],
    ["a limit of 0", { protocols: { http: { max_request_body_size: 0 } } }],
    ["a negative limit", { protocols: { http: { max_request_body_size: -1 } } }],
    ["a limit of half a byte", { protocols: { http: { max_request_body_size: 0.5 } } }],
    ["a path that is none", { protocols: { http: { traces_url_path: "http://x y" } } }],
    ["an empty path", { protocols: { http: { traces_url_path: "" } } }],
    ["a compression that is not there", { protocols: { http: { compression_algorithms: ["snappy"] } } }],
    ["a header that is none", { protocols: { http: { response_headers: { "a b": "c" } } } }],
    ["a header that would be two", { protocols: { http: { response_headers: { a: "b\r\nc: d" } } } }],
    ["an origin that is none", { protocols: { http: { cors: { allowed_origins: ["example.com"] } } } }],
    ["a certificate without a key", { protocols: { http: { tls: { cert_file: "cert.pem" } } } }],
    ["a port that is none", { protocols: { http: { endpoint: "localhost:99999" } } }],
  ])("is refused: %s", (_, config) => {
    expect(otlpIssues(config)).not.toEqual([]);
  });

  test("says that a protocol is needed", () => {
    expect(otlpIssues({ protocols: {} })).toEqual(["must specify at least one protocol when using the OTLP receiver"]);
  });
});

function otlpIssues(config: unknown): string[] {
  const { error } = otlpReceiver.configSchema.safeParse(config);
  return error?.issues.map(({ message }) => message) ?? [];
}
