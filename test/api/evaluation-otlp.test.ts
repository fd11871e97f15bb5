/** OTLP that is scored: sessions are built of it as `turnwise replay` does, and nothing of it is stored as a session. */
import { request } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { jobSchema, runItemPageSchema, runSchema } from "../../src/api/evaluation-contract.ts";
import { encodeExportRequest } from "../../src/otlp/encode-export-request.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import { toJsonRequest } from "../../src/otlp/to-json-request.ts";
import { attributes, modelCall } from "../support/agent-spans.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { requireDocumented } from "./documented-answers.ts";

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(async () => server.stop());

const said = (content: string) => JSON.stringify([{ role: "assistant", parts: [{ type: "text", content }] }]);

/** Two turns of a conversation, in two requests. */
const [first, second] = [
  modelCall([{ role: "user", content: "Which floor?" }], {
    startSecond: 0,
    attributes: attributes({ "gen_ai.conversation.id": "c1", "gen_ai.output.messages": said("The second.") }),
  }),
  modelCall(
    [
      { role: "user", content: "Which floor?" },
      { role: "assistant", content: "The second." },
      { role: "user", content: "And the room?" },
    ],
    {
      startSecond: 5,
      attributes: attributes({ "gen_ai.conversation.id": "c1", "gen_ai.output.messages": said("Room 7.") }),
    },
  ),
];
const asJson = JSON.stringify(toJsonRequest([first, second]));
const asLines = `${JSON.stringify(toJsonRequest([second]))}\n\n${JSON.stringify(toJsonRequest([first]))}\n`;
const asProtobuf = encodeExportRequest(encodeSpans([first, second]));

async function evaluate(
  body: string | Uint8Array,
  type: string,
  query = "metrics=contains&metrics=levenshtein",
  headers = {},
) {
  const path = `/v2/evaluate/otlp?${query}`;
  const response = await fetch(`${server.apiUrl}${path}`, {
    method: "POST",
    body: new Uint8Array(Buffer.from(body as string)),
    headers: { "content-type": type, ...headers },
  });
  const text = await response.text();
  const answer = { status: response.status, type: response.headers.get("content-type") ?? "", text };
  requireDocumented({ method: "POST", path, ...answer });
  return { status: answer.status, body: JSON.parse(text) as Record<string, unknown> };
}

async function itemsOf(run: z.infer<typeof runSchema>) {
  const response = await fetch(`${server.apiUrl}/v2/evaluate/runs/${run.run_id}/items`);
  return runItemPageSchema.parse(await response.json()).items;
}

describe("OTLP that is evaluated", () => {
  it.each([
    ["application/json", asJson, {}],
    ["application/x-protobuf", asProtobuf, {}],
    ["application/x-protobuf", gzipSync(asProtobuf), { "content-encoding": "gzip" }],
    ["application/jsonl", asLines, {}],
    ["application/x-ndjson; charset=utf-8", `\ufeff${asLines}`, {}],
  ])("becomes a run over the turns of its sessions: %s", async (type, body, headers) => {
    const { status, body: answer } = await evaluate(
      body,
      type,
      "project_name=otlp&metrics=contains&metrics=levenshtein",
      headers,
    );
    expect(status).toBe(200);
    const run = runSchema.parse(answer);
    expect(run).toMatchObject({ status: "completed", source: "otlp", project_name: "otlp", total_items: 2 });
    expect(run.metrics.map(({ key }) => key)).toEqual(["contains", "levenshtein"]);
    const items = await itemsOf(run);
    expect(items).toMatchObject([
      { input: "Which floor?", output: "The second.", history: [], session_id: null, turn: null },
      { input: "And the room?", output: "Room 7.", history: [{ user: "Which floor?", assistant: "The second." }] },
    ]);
    expect(new Set(items.map(({ key }) => key.split(":")[0])).size).toBe(1);
    expect(await server.sessions()).toEqual([]);
  });

  it("gives the same turns the same ids, whatever comes with them", async () => {
    const other = modelCall([{ role: "user", content: "hi" }], {
      startSecond: -100,
      attributes: attributes({ "gen_ai.conversation.id": "c0", "gen_ai.output.messages": said("hello") }),
    });
    const keysOf = async (spans: Parameters<typeof toJsonRequest>[0]) => {
      const { body } = await evaluate(JSON.stringify(toJsonRequest(spans)), "application/json");
      return (await itemsOf(runSchema.parse(body))).map(({ key }) => key);
    };
    const [alone, together] = [await keysOf([first, second]), await keysOf([first, other, second])];
    expect(together).toHaveLength(3);
    expect(together.slice(1)).toEqual(alone);
  });

  it("is a job when nobody waits", async () => {
    const { status, body } = await evaluate(asJson, "application/json", "metrics=contains&mode=async");
    expect(status).toBe(202);
    expect(jobSchema.parse(body)).toMatchObject({ total_items: 2 });
  });

  it.each([
    ["what is no OTLP", "nonsense", "application/json", 400, { code: "dataset_invalid", errors: [{ line: null }] }],
    ["a line that is no OTLP", `${asLines}{`, "application/jsonl", 400, { errors: [{ line: 4, key: null }] }],
    [
      "spans that are no agent's",
      '{"resourceSpans":[]}',
      "application/json",
      400,
      { detail: "there is no agent's turn in these spans" },
    ],
    [
      "spans that are not valid",
      asJson.replace(first.spanId, "0000000000000000"),
      "application/json",
      400,
      { detail: expect.stringMatching(/^has 1 records that are not valid, the first one: /) as unknown },
    ],
    ["another type", asJson, "text/plain", 415, {}],
    ["more than can be built at once", gzipSync(Buffer.alloc(33 * 1024 * 1024, " ")), "application/json", 413, {}],
  ])("is refused: %s", async (_, body, type, status, answer) => {
    const headers = body instanceof Uint8Array ? { "content-encoding": "gzip" } : {};
    const refused = await evaluate(body, type, "metrics=contains", headers);
    expect(refused).toMatchObject({ status, body: answer });
  });

  it("has two places for one sender, and others must come again", async () => {
    const headers = { "content-type": "application/json", "content-length": "1000" };
    const slow = [1, 2, 3].map(() =>
      request(`${server.apiUrl}/v2/evaluate/otlp?metrics=contains`, { method: "POST", headers }),
    );
    const refused = new Promise<number | undefined>((resolve) => {
      for (const sending of slow) {
        sending.on("error", () => undefined).on("response", ({ statusCode }) => resolve(statusCode));
        sending.write("{");
      }
    });
    expect(await refused).toBe(503);
    for (const sending of slow) sending.destroy();
    const status = async () => (await evaluate("{}", "application/json", "metrics=contains")).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(400);
  });

  it("is refused before it is read when no such metric is known", async () => {
    const { status, body } = await evaluate(asJson, "application/json", "metrics=contians");
    expect(status).toBe(400);
    expect(body["detail"]).toContain('did you mean "contains"?');
  });
});
