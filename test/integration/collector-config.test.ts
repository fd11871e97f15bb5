/** Shows that a configuration of the collector's own runs as it does there, once the types that are not here are removed. */
import { rmSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { components } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { startServer } from "../../src/server.ts";
import { withoutLacking } from "../support/collector-config.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { recordingLogger } from "../support/recording-logger.ts";
import { startTestServer, temporaryDataDir } from "../support/server.ts";
import { storedSpans } from "../support/stored-spans.ts";

const cleanUp: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

const anywhere = "127.0.0.1:0";

/** What the test must change of it: addresses. */
const settingsFor = (dataDir: string, upstream: string): readonly string[] => [
  `receivers.otlp.protocols.grpc.endpoint=${anywhere}`,
  `receivers.otlp.protocols.http.endpoint=${anywhere}`,
  `receivers.otlp/internal.protocols.http.endpoint=${anywhere}`,
  `extensions.health_check.endpoint=${anywhere}`,
  "service.telemetry.metrics.readers=[{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: 0 } } } }]",
  `service.api.endpoint=${anywhere}`,
  `stores.default.data_dir=${dataDir}`,
  `exporters.otlphttp/upstream.endpoint=${upstream}`,
  "exporters.otlp/jaeger.endpoint=127.0.0.1:9",
];

test("receives, marks, filters, forwards and shows", async () => {
  // The configuration has a key for whoever it is of; a server that knows accounts refuses one that it does not know.
  const upstream = await startTestServer({
    edit: (yaml) => yaml.replaceAll(/ +auth: \{ authenticator: accounts \}\n/g, ""),
  });
  cleanUp.push(() => upstream.stop());
  const dataDir = temporaryDataDir();
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const settings = settingsFor(dataDir, upstream.otlpUrl);
  const { config } = loadConfig({ text: withoutLacking, settings, env: { TENANT: "acme" } }, components);
  const logger = recordingLogger();
  const gateway = await startServer({ config, logger });
  cleanUp.push(() => gateway.stop());

  expect((await fetch(gateway.healthUrl ?? "")).status).toBe(200);
  const sent = await sendModelCalls(gateway.otlpUrl ?? "", "through-the-gateway", ["Hello"]);
  expect(sent.status).toBe(200);
  const noise = { traceId: "5b8efff798038103d269b633813fc60c", spanId: "eee19b7ec3c1b174", name: "tick" };
  const times = { startTimeUnixNano: "1", endTimeUnixNano: "2" };
  const answer = await fetch(`${gateway.otlpUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ ...noise, ...times }] }] }] }),
  });
  expect(answer.status).toBe(200);

  const arrived = sent.spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`);
  await vi.waitFor(() => expect([...storedSpans(upstream.dataDir)]).toEqual(arrived), 10_000);
  const [session] = await upstream.sessions();
  const { body } = await upstream.api(`/sessions/${session?.id}/spans`);
  expect(JSON.stringify(body)).toContain('{"key":"tenant.id","value":{"stringValue":"acme"}}');
  // Both pipelines show both spans, but for the one that the filter took out of the first.
  const shown = logger.lines.flatMap(({ fields, message }) => (message === "batch" ? [fields] : []));
  expect(shown.filter((fields) => "signal" in fields && fields.signal === "traces")).toHaveLength(3);
  expect(await (await fetch(gateway.metricsUrl ?? "")).text()).toMatch(
    /^otelcol_exporter_sent_spans\{exporter="otlphttp\/upstream"\} 1$/m,
  );
  expect(storedSpans(dataDir).size).toBe(0);
}, 30_000);
