/** What the collector's components can be told is taken here too, in the collector's words: done, or said not to be. */
import { describe, expect, test } from "vitest";
import { components } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { problemsOf } from "./problems-of.ts";

/** One line, so that every message names line 1 of its part. */
function configWith(kind: string, id: string, part: string): string {
  const parts: Record<string, string> = {
    receivers: "otlp: { protocols: { http: } }",
    processors: "limits:",
    exporters: "store:",
    extensions: "health_check:",
  };
  parts[kind] = kind === "receivers" ? `${id}: ${part}` : `${parts[kind]}\n  ${id}: ${part}`;
  const used = (section: string, own: string): string =>
    section === kind && section !== "receivers" ? `${own}, ${id}` : own;
  return `
receivers:
  ${parts["receivers"]}
processors:
  ${parts["processors"]}
exporters:
  ${parts["exporters"]}
extensions:
  ${parts["extensions"]}
service:
  extensions: [${used("extensions", "health_check")}]
  pipelines:
    traces:
      receivers: [${kind === "receivers" ? id : "otlp"}]
      processors: [${used("processors", "limits")}]
      exporters: [${used("exporters", "store")}]
`;
}

/** The setting and the word of each warning, without the part's path and the line. */
function warningsOf(kind: string, id: string, part: string): readonly string[] {
  const { warnings } = loadConfig({ text: configWith(kind, id, part), env: {} }, components);
  return warnings.map((warning) => warning.replace(`${kind}::${id}::`, "").replace(/ \(line \d+\)/, ""));
}

describe("a setting that is not needed here is taken, and named in a warning", () => {
  test.each<[string, string, string, readonly string[]]>([
    [
      "exporters",
      "otlp_http",
      "{ endpoint: http://a, sending_queue: { batch: , storage: file_storage, queue_size: 5_000 } }",
      [
        "sending_queue::batch: has no effect: requests are sent on as they came",
        "sending_queue::storage: has no effect: every queue is in the store",
      ],
    ],
    [
      "exporters",
      "otlp_http",
      "{ endpoint: http://a, compression: zstd, compression_params: { level: 3 }, max_idle_conns: 42, write_buffer_size: 1, metrics_endpoint: http://b }",
      [
        "compression: is sent as gzip, which every OTLP receiver takes",
        "compression_params: has no effect: Node's level of compression is used",
        "max_idle_conns: has no effect: Node keeps as many connections as there are requests under way",
        "write_buffer_size: has no effect: Node sizes its buffers itself",
        "metrics_endpoint: has no effect: metrics are counted and not sent on",
      ],
    ],
    [
      "exporters",
      "otlp_grpc",
      '{ endpoint: "a:1", balancer_name: round_robin, authority: b, keepalive: { time: 20s, timeout: 30s, permit_without_stream: true }, tls: { min_version: "1.1", reload_interval: 1h } }',
      [
        "balancer_name: has no effect: one connection is used, to the first address that answers",
        "tls::min_version: is taken as 1.2, as older versions are not safe",
        "tls::reload_interval: has no effect: files are read at the start and at a SIGHUP",
      ],
    ],
    [
      "exporters",
      "debug",
      "{ verbosity: detailed, use_internal_logger: false }",
      ["use_internal_logger: has no effect: the server's log is used"],
    ],
    [
      "exporters",
      "file",
      "{ path: a, append: true, rotation: { localtime: true } }",
      [
        "append: has no effect: what is in the file stays",
        "rotation::localtime: has no effect: the names of old files are in UTC",
      ],
    ],
    [
      "processors",
      "memory_limiter",
      "{ check_interval: 1s, limit_mib: 4_000, min_gc_interval_when_soft_limited: 5s, min_gc_interval_when_hard_limited: 1s }",
      [
        "min_gc_interval_when_hard_limited: has no effect: garbage is collected as for the soft limit, as everybody waits for it",
      ],
    ],
    [
      "processors",
      "filter",
      "{ metrics: { metric: ['name == \"x\"'] } }",
      ["metrics: has no effect: metrics are counted and not kept"],
    ],
    [
      "processors",
      "attributes",
      "{ include: { match_type: regexp, regexp: { cacheenabled: true }, services: [a] }, actions: [{ key: a, action: delete }] }",
      ["include::regexp: has no effect: patterns are compiled once and nothing is cached"],
    ],
    [
      "receivers",
      "otlp/tls",
      "{ protocols: { http: { write_timeout: 30s, tls: { cert_file: a, key_file: b, client_ca_file_reload: true, ca_file: c } } } }",
      [
        "protocols::http::write_timeout: has no effect: answers are small, and idle_timeout ends connections that stand still",
        "protocols::http::tls::client_ca_file_reload: has no effect: files are read at the start and at a SIGHUP",
        "protocols::http::tls::ca_file: has no effect: client_ca_file is what clients are held against",
      ],
    ],
  ])("%s %s %s", (kind, id, part, warnings) => {
    expect(warningsOf(kind, id, part)).toEqual(warnings);
  });

  test("and what is in it is not shown, as nobody knows what is secret there", () => {
    const part = "{ endpoint: http://a, sending_queue: { batch: { headers: { key: hunter2 } } } }";
    const { shown } = loadConfig({ text: configWith("exporters", "otlp_http", part), env: {} }, components);
    expect(JSON.stringify(shown)).not.toContain("hunter2");
    expect(shown).toMatchObject({ exporters: { otlp_http: { sending_queue: { batch: "[REDACTED]" } } } });
  });
});

describe("a setting that would be missed is refused", () => {
  test.each([
    ["exporters", "otlp_http", "{ endpoint: http://a, proxy_url: http://b }", "no proxy is used here; remove it"],
    ["exporters", "file", "{ path: a, format: proto }", 'must be one of "json"'],
  ])("%s %s %s", (kind, id, part, message) => {
    const problems = problemsOf({ text: configWith(kind, id, part), env: {} }, components);
    expect(problems).toEqual([expect.stringContaining(message)]);
  });
});

describe("an endpoint that a server would not open", () => {
  const warning =
    "endpoint: can be reached from other machines, and nobody is asked who they are: a server will not start so";

  test.each<[string, string, string, readonly string[]]>([
    [
      "receivers",
      "otlp/2",
      '{ protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "127.0.0.1:4318" } } }',
      [`protocols::grpc::${warning}: name an authenticator beside it, or listen on localhost`],
    ],
    [
      "extensions",
      "health_check/all",
      '{ endpoint: "0.0.0.0:1" }',
      [`${warning}: set public: true beside it, or listen on localhost`],
    ],
    ["extensions", "health_check/all", '{ endpoint: "0.0.0.0:1", public: true }', []],
  ])("%s %s %s is named before it is tried", (kind, id, part, warnings) => {
    expect(warningsOf(kind, id, part)).toEqual(warnings);
  });

  test("is named in the service too", () => {
    const text = configWith("extensions", "health_check/2", "").replace(
      "service:\n",
      'service:\n  api: { endpoint: "0.0.0.0:1" }\n  telemetry: { metrics: { endpoint: "[::]:2" } }\n',
    );
    const { warnings } = loadConfig({ text, env: {} }, components);
    expect(warnings).toEqual([
      expect.stringMatching(/^service::api::endpoint: can be reached .*: name an authenticator beside it/),
      expect.stringMatching(/^service::telemetry::metrics::endpoint: can be reached .*: set public: true beside it/),
    ]);
  });

  describe("is one with accounts, too, where anybody could guess the secret of their tokens", () => {
    const named = (accounts: string) => {
      const text = configWith("extensions", "accounts", accounts)
        .replace("http:", 'http: { endpoint: "0.0.0.0:1", auth: { authenticator: accounts } }')
        .replace("service:\n", 'service:\n  api: { endpoint: "0.0.0.0:2", auth: { authenticator: accounts } }\n');
      return loadConfig({ text, env: {} }, components).warnings;
    };
    const words = (place: string, fault: string) =>
      `${place}::endpoint: can be reached from other machines, and extensions::accounts::jwt_secret ${fault}: a server will not start so`;

    test.each([
      ["{}", "is not set"],
      ["{ jwt_secret: short }", "has less than 32 characters"],
      ["{ jwt_secret: change-me-change-me-change-me-change-me }", "is one that others know"],
    ])("%s", (accounts, fault) => {
      expect(named(accounts)).toEqual([
        expect.stringContaining(words("receivers::otlp::protocols::http", fault)),
        expect.stringMatching(/^service::api.* \(line \d+\): set TURNWISE_JWT_SECRET to what this prints: openssl/),
      ]);
    });

    test("is none with one of its own", () => {
      expect(named("{ jwt_secret: 8dqLq0rX9sZkq1vTnB2mWcYe4uHf7gJp5aKxSoE3 }")).toEqual([]);
    });
  });

  test("is no matter where callers are asked, or nobody uses it", () => {
    const text = configWith("extensions", "bearertokenauth", "{ token: t }")
      .replace("http:", 'http: { endpoint: "0.0.0.0:1", auth: { authenticator: bearertokenauth } }')
      .replace("receivers:\n", 'receivers:\n  otlp/unused: { protocols: { http: { endpoint: "0.0.0.0:2" } } }\n');
    const { warnings } = loadConfig({ text, env: {} }, components);
    expect(warnings).toEqual([expect.stringContaining("otlp/unused: is configured but not used")]);
  });
});

describe("a type that is not here", () => {
  const problemOf = (kind: string, id: string) =>
    problemsOf({ text: configWith(kind, id, ""), env: {} }, components)[0];

  test.each([
    ["processors", "k8s_attributes", "nothing is discovered here; remove it"],
    ["receivers", "file_log", "only OTLP is received here"],
    ["exporters", "opensearch", '"turnwise components" lists what there is; use one of them, or remove it'],
  ])("%s %s comes with what to do, however its words are joined", (kind, id, advice) => {
    expect(problemOf(kind, id)).toContain(advice);
  });

  test("is not advised about where a word was probably mistyped", () => {
    expect(problemOf("exporters", "debgu")).toMatch(/, did you mean "debug"\?$/);
  });
});
