import { describe, expect, test } from "vitest";
import { components } from "../../src/components.ts";
import { componentKinds } from "../../src/config/config.ts";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { loadConfig } from "../../src/config/load-config.ts";

const load = (env: Record<string, string> = {}) => loadConfig({ locations: [packagedConfigPath], env }, components);

describe("the configuration that comes with the package", () => {
  test("is valid without any setting, and nothing about it is odd", () => {
    const { config, warnings } = load();
    expect(warnings).toEqual([]);
    const at = (port: number) => ({ host: "localhost", port });
    expect(config.receivers.get("otlp")?.config).toMatchObject({
      protocols: { grpc: { endpoint: at(4317) }, http: { endpoint: at(4318) } },
    });
    expect(config.extensions.get("health_check")?.config).toMatchObject({ endpoint: at(13_133) });
    expect(config.stores.get("default")?.config).toMatchObject({ url: "sqlite", data_dir: "./data" });
    expect(config.service).toMatchObject({
      apiEndpoint: at(8000),
      metricsEndpoint: at(8888),
      sessions: { store: "default", judges: ["rules", "llm"], judgementExporters: [], idleTimeoutMs: 30_000 },
    });
    expect(config.service.pipelines.map(({ id }) => id)).toEqual(["traces", "logs", "metrics"]);
  });

  test("takes every documented setting", () => {
    const { config } = load({
      TURNWISE_HOST: "127.0.0.1",
      TURNWISE_PORT: "1",
      TURNWISE_OTLP_HTTP_PORT: "2",
      TURNWISE_OTLP_GRPC_PORT: "5",
      TURNWISE_HEALTH_PORT: "3",
      TURNWISE_METRICS_HOST: "127.0.0.1",
      TURNWISE_METRICS_PORT: "4",
      TURNWISE_DATA_DIR: "0123",
      TURNWISE_IDLE_TIMEOUT: "1m30s",
      TURNWISE_LLM_API_KEY: "123456",
      TURNWISE_LLM_BASE_URL: "http://localhost:11434/v1",
      TURNWISE_LLM_MODEL: "1e3",
      TURNWISE_LLM_TEMPERATURE: "0.6",
      TURNWISE_ELEVENLABS_API_KEY: "654321",
      TURNWISE_MAX_RECORDING_MB: "7",
    });
    const at = (port: number) => ({ host: "127.0.0.1", port });
    expect(config.receivers.get("otlp")?.config).toMatchObject({
      protocols: { grpc: { endpoint: at(5) }, http: { endpoint: at(2) } },
    });
    expect(config.extensions.get("health_check")?.config).toMatchObject({ endpoint: at(3) });
    expect(config.stores.get("default")?.config).toMatchObject({ data_dir: "0123" });
    expect(config.judges.get("llm")?.config).toMatchObject({ api_key: "123456", model: "1e3", temperature: 0.6 });
    expect(config.service).toMatchObject({
      apiEndpoint: at(1),
      metricsEndpoint: at(4),
      sessions: {
        idleTimeoutMs: 90_000,
        transcripts: {
          llm: { api_key: "123456", base_url: "http://localhost:11434/v1", model: "1e3" },
          speech: { provider: "elevenlabs", api_key: "654321" },
          max_recording_mb: 7,
        },
      },
    });
  });

  test("VH-29: takes every setting of ValueHead's, under its name and under ours", () => {
    const settings = {
      LLM_API_KEY: "k",
      LLM_BASE_URL: "http://localhost:1/v1",
      LLM_MODEL: "m",
      ELEVENLABS_API_KEY: "e",
      DATABASE_URL: "sqlite",
      JWT_SECRET: "0123456789",
      ADMIN_EMAILS: '["Root@example.com"]',
      MAX_TRACES_PER_USER: "7",
      MAX_TOOL_CALLS_PER_TRACE: "8",
      MAX_TRACE_CHARS: "9",
    };
    const under = (prefix: string) =>
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [`${prefix}_${name}`, value]));
    const { config } = load({ ...under("TRACE_OBS"), TRACE_OBS_JUDGE_TEMPERATURE: "0.6" });
    expect(config).toEqual(load({ ...under("TURNWISE"), TURNWISE_LLM_TEMPERATURE: "0.6" }).config);
    expect(config.judges.get("llm")?.config).toMatchObject({
      api_key: "k",
      base_url: "http://localhost:1/v1",
      model: "m",
      temperature: 0.6,
    });
    expect(config.service.sessions.transcripts.speech).toMatchObject({ api_key: "e" });
    expect(config.extensions.get("accounts")?.config).toMatchObject({
      jwt_secret: "0123456789",
      admin_emails: ["root@example.com"],
      max_traces_per_user: 7,
      max_tool_calls_per_trace: 8,
      max_trace_chars: 9,
    });
  });

  test.each(["[]", "", " "])("VH-29: has no admins with %j", (emails) => {
    const { config } = load({ TRACE_OBS_ADMIN_EMAILS: emails });
    expect(config.extensions.get("accounts")?.config).toMatchObject({ admin_emails: [] });
  });

  test("knows that accounts are kept in a store that is there", () => {
    const locations = [packagedConfigPath, "yaml:extensions::accounts::store: nowhere"];
    expect(() => loadConfig({ locations, env: {} }, components)).toThrow(
      'extensions::accounts: references store "nowhere" which is not configured',
    );
  });

  test("asks at every door who is calling", () => {
    const { config } = load();
    const auth = { authenticator: "accounts" };
    expect(config.receivers.get("otlp")?.config).toMatchObject({ protocols: { grpc: { auth }, http: { auth } } });
    expect(config.service).toMatchObject({ apiAuthenticator: "accounts", extensions: ["health_check", "accounts"] });
  });

  test("can be sent to another thread", () => {
    const { config } = load();
    expect(structuredClone(config)).toEqual(config);
  });

  test.each(componentKinds)("%s are named as YAML keys are and described in a sentence", (kind) => {
    const factories = components[kind];
    for (const { type, description } of factories) {
      expect(type).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(description).toMatch(/^[A-Z].*\.$/);
    }
    expect(new Set(factories.map(({ type }) => type)).size).toBe(factories.length);
  });
});
