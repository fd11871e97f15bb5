/** The whole server with every processor in its pipelines: what the file says is what is stored, whatever the door. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { storedSpans } from "../support/stored-spans.ts";

const secret = "sk-abcdefghijklmnopqrstuvwxyz";
const address = "bob@example.com";
const names = "limits, attributes, resource, redaction, filter";

const processors = `processors:
  limits: { max_events_per_span: 1 }
  attributes: { actions: [{ key: tenant, action: upsert, from_context: metadata.x-tenant-id, default_value: nobody }] }
  resource: { attributes: [{ key: host.name, action: delete }] }
  redaction: { presets: [pii, secrets] }
  filter:
    error_mode: ignore
    traces: { span: ['attributes["http.route"] == "/healthz"'] }
    logs: { log_record: ["severity_number < SEVERITY_NUMBER_WARN"] }
`;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    edit: (yaml) =>
      yaml
        .replace("processors:\n", processors)
        .replaceAll("[memory_limiter]", `[memory_limiter, ${names}]`)
        .replace(" http:\n", "$&        include_metadata: true\n"),
  });
});
afterAll(async () => server.stop());

const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

async function send(signal: "traces" | "logs", request: object, headers: object = {}): Promise<number> {
  const response = await fetch(`${server.otlpUrl}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  return response.status;
}

/** The bytes of every file that the server keeps. */
function keptBytes(): Buffer {
  const files = readdirSync(server.dataDir, { recursive: true, encoding: "utf8", withFileTypes: true });
  return Buffer.concat(
    files.filter((file) => file.isFile()).map((file) => readFileSync(join(file.parentPath, file.name))),
  );
}

describe("secrets", () => {
  test("of spans, log records and messages are never written to disk, and sessions are built all the same", async () => {
    expect(
      (await sendModelCalls(server.otlpUrl, "redacted", [`My key is ${secret}, write to ${address}`])).status,
    ).toBe(200);
    const logRecord = {
      severityNumber: 17,
      traceId: "1".repeat(32),
      spanId: "1".repeat(16),
      body: { stringValue: secret },
    };
    expect(await send("logs", { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] })).toBe(200);
    const response = await fetch(`${server.apiUrl}/api/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        messages: [
          { role: "user", content: `I am ${address}` },
          { role: "assistant", content: "Hi" },
        ],
      }),
    });
    const { session_id } = z.object({ session_id: z.string() }).parse(await response.json());
    const submitted = await server.waitForSession(session_id);
    expect(submitted.turns[0]?.user_content).toBe("I am [REDACTED]");
    const [{ id } = { id: "" }] = await server.sessions();
    const session = await server.waitForSession(id);
    expect(session.conversation_id).toBe("redacted");
    expect(session.turns[0]?.user_content).toBe("My key is [REDACTED], write to [REDACTED]");
    const kept = keptBytes();
    expect(kept.includes("[REDACTED]")).toBe(true);
    expect(kept.includes(secret)).toBe(false);
    expect(kept.includes(address)).toBe(false);
  });
});

test("what the filter drops is accepted, counted and not stored; what limits cut is counted", async () => {
  const accepted = 'otelcol_receiver_accepted_spans{receiver="otlp",transport="http"}';
  const [acceptedBefore, storedBefore] = [await server.metric(accepted), storedSpans(server.dataDir).size];
  const span = (spanId: string, route: string) => ({
    traceId: "2".repeat(32),
    spanId,
    name: "GET",
    startTimeUnixNano: "1700000000000000000",
    attributes: [text("http.route", route)],
    events: [{ name: "a" }, { name: "b" }],
  });
  const resource = { attributes: [text("host.name", "h"), text("service.name", "shop")] };
  const spans = [span("a".repeat(16), "/healthz"), span("b".repeat(16), "/chat")];
  expect(await send("traces", { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })).toBe(200);
  expect((await server.metric(accepted)) - acceptedBefore).toBe(2);
  expect(storedSpans(server.dataDir).size - storedBefore).toBe(1);
  expect(await server.metric('otelcol_processor_filter_spans_filtered{filter="filter"}')).toBe(1);
  expect(await server.metric('turnwise_discarded_events{processor="limits",reason="too_many"}')).toBe(2);
});

test("log records below the wanted severity are accepted and dropped", async () => {
  const logRecord = { severityNumber: 9, traceId: "3".repeat(32), body: { stringValue: "chatter" } };
  expect(await send("logs", { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] })).toBe(200);
  expect(await server.metric('otelcol_processor_filter_logs_filtered{filter="filter"}')).toBe(1);
  expect(keptBytes().includes("chatter")).toBe(false);
});

test("a header of the request becomes an attribute, and the resource loses what it is to lose", async () => {
  const span = {
    traceId: "4".repeat(32),
    spanId: "4".repeat(16),
    name: "chat",
    startTimeUnixNano: "1700000000000000000",
    attributes: [text("gen_ai.conversation.id", "tenants"), text("gen_ai.operation.name", "chat")],
  };
  const resource = { attributes: [text("host.name", "h"), text("service.name", "shop")] };
  const request = { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] };
  expect(await send("traces", request, { "X-Tenant-Id": "acme" })).toBe(200);
  const found = z.object({ sessions: z.array(z.object({ id: z.string() })) });
  const { sessions } = found.parse((await server.api("/sessions?conversation_id=tenants")).body);
  const spans = JSON.stringify((await server.api(`/sessions/${sessions[0]?.id}/spans`)).body);
  expect(spans).toContain('{"key":"tenant","value":{"stringValue":"acme"}}');
  expect(spans).toContain("service.name");
  expect(spans).not.toContain("host.name");
});
