import { describe, expect, test } from "vitest";
import { PermanentError, UnavailableError } from "../../../src/model/errors.ts";
import { oracleDecode } from "../../otlp/oracle.ts";
import { field, requestOf, spanBody } from "../../otlp/wire.ts";
import { isSpanBatch } from "./batches.ts";
import { bodiesOf, spansBody } from "./bodies.ts";
import { type Answer, counterOf, JSON_TYPE, PROTOBUF, type RunningReceiver, send, startReceiver } from "./receiver.ts";

function statusOf({ headers, body }: Answer): unknown {
  return headers["content-type"] === "application/json" ? JSON.parse(body.toString()) : oracleDecode("Status", body);
}

async function sendFailing(deliver: () => Promise<void>, headers: Record<string, string> = PROTOBUF) {
  const receiver = await startReceiver({ deliver });
  const body = headers === PROTOBUF ? spansBody(2) : (bodiesOf(2)[1]?.body ?? "");
  return { receiver, answer: await send(receiver, { headers, body }) };
}

describe("partial success", () => {
  const good = spanBody(field(5, "good"));

  test("keeps the good spans, and counts and explains the bad ones: protobuf", async () => {
    const receiver = await startReceiver();
    const bad = field(5, "my secret");
    const answer = await send(receiver, { body: requestOf(good, bad, good, bad) });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/x-protobuf"]);
    const reason = "trace_id is empty or all zeros";
    expect(oracleDecode("ExportTraceServiceResponse", answer.body)).toEqual({
      partialSuccess: { rejectedSpans: "2", errorMessage: `2 rejected: spans[1]: ${reason}; spans[3]: ${reason}` },
    });
    const batch = receiver.delivered.find(isSpanBatch);
    expect(batch?.spans().map(({ name }) => name)).toEqual(["good", "good"]);
    expect(counterOf(receiver, "otelcol_receiver_accepted_spans", 'receiver="otlp",transport="http"')).toBe(2);
    expect(counterOf(receiver, "otelcol_receiver_failed_spans", 'receiver="otlp",transport="http"')).toBe(2);
  });

  test("keeps the good log records, and counts and explains the bad ones: JSON", async () => {
    const receiver = await startReceiver();
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, { traceId: "x" }] }] }] };
    const answer = await send(receiver, { path: "/v1/logs", headers: JSON_TYPE, body: JSON.stringify(request) });
    expect(JSON.parse(answer.body.toString())).toEqual({
      partialSuccess: {
        rejectedLogRecords: "1",
        errorMessage: "1 rejected: logRecords[1]: traceId is not 32 hex digits",
      },
    });
    expect(receiver.delivered).toMatchObject([{ signal: "logs", count: 1 }]);
  });

  test("of no good span at all is still an answer, and nothing is delivered", async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { body: requestOf(Buffer.alloc(0)) });
    expect(answer.status).toBe(200);
    expect(receiver.delivered).toEqual([]);
  });

  test("stays small when everything is rejected", async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { body: field(1, field(2, Buffer.alloc(200_000, field(2, "")))) });
    expect(answer.body.length).toBeLessThan(1000);
    expect(oracleDecode("ExportTraceServiceResponse", answer.body)).toMatchObject({
      partialSuccess: { rejectedSpans: "100000" },
    });
  });
});

describe("what is accepted is counted", () => {
  test.each([
    ["traces", "spans"],
    ["logs", "log_records"],
    ["metrics", "metric_points"],
  ])("%s as %s", async (signal, name) => {
    const receiver = await startReceiver();
    for (const { path, headers, body } of bodiesOf(3).filter((body) => body.signal === signal))
      await send(receiver, { path, headers, body });
    expect(counterOf(receiver, `otelcol_receiver_accepted_${name}`, 'receiver="otlp",transport="http"')).toBe(6);
  });
});

describe("a delivery that fails", () => {
  test.each([
    ["protobuf", PROTOBUF],
    ["JSON", JSON_TYPE],
  ])("for now asks to come back in one or two seconds: %s", async (_, headers) => {
    const { receiver, answer } = await sendFailing(async () => {
      throw new UnavailableError("the disk is full", { retryAfterSeconds: 30 });
    }, headers);
    expect(answer.status).toBe(503);
    expect(["1", "2"]).toContain(answer.headers["retry-after"]);
    expect(answer.headers["content-type"]).toBe(headers["content-type"]);
    expect(statusOf(answer)).toEqual({ code: 14, message: "the disk is full" });
    expect(counterOf(receiver, "otelcol_receiver_refused_spans", 'transport="http"')).toBe(2);
    expect(receiver.telemetry.show()).not.toContain("accepted");
    expect(receiver.logger.lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("asks different senders for different delays", async () => {
    const receiver = await startReceiver({
      deliver: async () => {
        throw new UnavailableError("busy");
      },
    });
    const answers = await Promise.all(Array.from({ length: 40 }, async () => send(receiver, { body: spansBody() })));
    expect(new Set(answers.map(({ headers }) => headers["retry-after"]))).toEqual(new Set(["1", "2"]));
  });

  test("for a reason nobody foresaw may be sent again, is logged and does not tell the sender", async () => {
    const { receiver, answer } = await sendFailing(async () => {
      throw new TypeError("x is not a function");
    });
    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toMatch(/^[12]$/);
    expect(statusOf(answer)).toEqual({ code: 14, message: "The data cannot be taken now." });
    expect(receiver.logger.lines.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("for good must not be sent again", async () => {
    const { answer } = await sendFailing(async () => {
      throw new PermanentError("this can never be stored");
    }, JSON_TYPE);
    expect(answer.status).toBe(500);
    expect(answer.headers).not.toHaveProperty("retry-after");
    expect(statusOf(answer)).toEqual({ code: 13, message: "this can never be stored" });
  });

  test("does not concern the next one", async () => {
    let fail = true;
    const receiver = await startReceiver({
      deliver: async () => {
        if (fail) throw new UnavailableError("busy");
      },
    });
    expect((await send(receiver, { body: spansBody() })).status).toBe(503);
    fail = false;
    expect((await send(receiver, { body: spansBody() })).status).toBe(200);
  });
});

describe("a server that can take nothing", () => {
  async function startFull(): Promise<RunningReceiver> {
    return startReceiver({
      admit() {
        throw new UnavailableError("memory is short");
      },
    });
  }

  test("refuses before it reads the body", async () => {
    const receiver = await startFull();
    const answer = await send(receiver, { body: "malformed, but nobody looks" });
    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toMatch(/^[12]$/);
    expect(statusOf(answer)).toEqual({ code: 14, message: "memory is short" });
    expect(counterOf(receiver, "turnwise_receiver_refused_requests", 'reason="unavailable"')).toBe(1);
  });

  test("still says what will never be taken", async () => {
    const receiver = await startFull();
    expect((await send(receiver, { path: "/nowhere" })).status).toBe(404);
    expect((await send(receiver, { headers: { "content-type": "text/plain" } })).status).toBe(415);
    expect((await send(receiver, { method: "PUT" })).status).toBe(405);
  });
});
