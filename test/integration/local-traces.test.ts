/** Traces in a file on this machine and nowhere else, as with Valiqor's trace demo; the records are OTLP's. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { sessionDetailSchema } from "../../src/api/contract.ts";
import { decodeJsonSpans } from "../../src/otlp/json-request.ts";
import { runCli } from "../cli/run-cli.ts";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const key = "sk-1234567890abcdefghijk";
const password = "secretpass123";
const address = "bob@example.com";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    edit: (yaml) =>
      yaml
        .replace("processors:\n", "processors:\n  redaction: { presets: [valiqor] }\n")
        .replaceAll("[memory_limiter]", "[memory_limiter, redaction]")
        .replace("exporters:\n  store: {}", 'exporters:\n  file: { path: "${env:TURNWISE_DATA_DIR}/traces.jsonl" }')
        .replaceAll("exporters: [store]", "exporters: [file]"),
  });
});
afterAll(async () => server.stop());

/** The span of the demo's own test. */
async function sendSecrets(): Promise<void> {
  const values = { api_key: key, password, safe_data: "this is fine", authorization: "kept" };
  const attributes = Object.entries(values).map(([name, stringValue]) => ({ key: name, value: { stringValue } }));
  const ids = { traceId: "1".repeat(32), spanId: "1".repeat(16) };
  const span = { ...ids, name: "test.redaction", startTimeUnixNano: "1700000000000000000", attributes };
  const response = await fetch(`${server.otlpUrl}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
  });
  expect(response.status).toBe(200);
}

test("VQ-23: a session is recorded into a JSONL file, in order and redacted, and replay reads it", async () => {
  const first = await sendModelCalls(server.otlpUrl, "local", [`My key is ${key}, write to ${address}`]);
  await sendSecrets();
  const second = await sendModelCalls(server.otlpUrl, "local", [`password=${password}, call 5551234567`]);
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(await server.sessions()).toEqual([]);

  const path = join(server.dataDir, "traces.jsonl");
  const bytes = readFileSync(path);
  const spans = bytes
    .toString()
    .trimEnd()
    .split("\n")
    .flatMap((line) => decodeJsonSpans(Buffer.from(line)).records);
  const ids = [first.spans[0]?.spanId, "1".repeat(16), second.spans[0]?.spanId];
  expect(spans.map(({ spanId }) => spanId)).toEqual(ids);
  expect(Object.fromEntries(spans[1]?.attributes ?? [])).toEqual({
    api_key: "[REDACTED]",
    password: "[REDACTED]",
    safe_data: "this is fine",
    authorization: "kept",
  });
  for (const sensitive of [key, password, address, "5551234567"]) expect(bytes.includes(sensitive)).toBe(false);

  const { status, stdout } = await runCli(["replay", "--json", path], {}, server.dataDir);
  expect(status).toBe(0);
  const sessions = z.array(sessionDetailSchema).parse(JSON.parse(stdout));
  expect(sessions.map(({ turns }) => turns.map(({ user_content }) => user_content))).toEqual([
    ["My key is [REDACTED], write to [REDACTED]", "[REDACTED] call [REDACTED]"],
  ]);
});
