import { describe, expect, it } from "vitest";
import { otlpTarget } from "../../../instrumentation/src/otlp/target.ts";

describe("where spans are sent", () => {
  it.each([
    { env: {}, url: "http://localhost:4318/v1/traces" },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "https://otel.example/base/" }, url: "https://otel.example/base/v1/traces" },
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "  " }, url: "http://localhost:4318/v1/traces" },
    { env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://a:1/as/it/is" }, url: "http://a:1/as/it/is" },
    {
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:1", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://b:2/t" },
      url: "http://b:2/t",
    },
    {
      env: { TURNWISE_OTLP_ENDPOINT: "http://ours:3", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://theirs:2/t" },
      url: "http://ours:3/v1/traces",
    },
  ])("$url for $env", ({ env, url }) => {
    expect(otlpTarget({}, env).url).toBe(url);
  });

  it("the option goes before the environment", () => {
    const env = { TURNWISE_OTLP_ENDPOINT: "http://ours:3" };
    expect(otlpTarget({ endpoint: "http://option:4" }, env).url).toBe("http://option:4/v1/traces");
  });

  it.each(["nonsense", "ftp://host", "localhost:4318", "http://"])("refuses the endpoint %s", (endpoint) => {
    expect(() => otlpTarget({ endpoint }, {})).toThrow(/not an http URL/);
  });
});

describe("how spans are sent", () => {
  it("reads headers of both variables, percent-encoded, signal-specific and given ones last", () => {
    const env = {
      OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer%20abc, x-a=1,x-b = 2 ,broken,=nameless,x-bad=%zz",
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: "x-a=traces",
    };
    const { headers } = otlpTarget({ headers: { "x-b": "given" } }, env);
    expect(headers).toMatchObject({ authorization: "Bearer abc", "x-a": "traces", "x-b": "given", "x-bad": "%zz" });
    expect(Object.keys(headers)).not.toContain("broken");
  });

  it.each([
    { env: {}, expected: { encoding: "protobuf", gzip: false, timeoutMs: 10_000 } },
    { env: { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, expected: { encoding: "json" } },
    {
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf" },
      expected: { encoding: "protobuf" },
    },
    { env: { OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" }, expected: { gzip: true } },
    { env: { OTEL_EXPORTER_OTLP_TIMEOUT: "1500" }, expected: { timeoutMs: 1500 } },
    { env: { OTEL_EXPORTER_OTLP_TIMEOUT: "soon" }, expected: { timeoutMs: 10_000 } },
  ])("$env", ({ env, expected }) => {
    expect(otlpTarget({}, env)).toMatchObject(expected);
  });
});
