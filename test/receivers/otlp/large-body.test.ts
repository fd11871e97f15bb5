/** A112: a large body is decoded where it holds up nobody, and many at once do not take all memory. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodeSpans } from "../../../src/otlp/encode-records.ts";
import { toJsonRequest } from "../../../src/otlp/to-json-request.ts";
import { oracleDecode } from "../../otlp/oracle.ts";
import { field, requestOf } from "../../otlp/wire.ts";
import { agentSpan, attributes } from "../../support/agent-spans.ts";
import { startServerProcess } from "../../support/server-process.mjs";
import { isSpanBatch } from "./batches.ts";
import { spansBody } from "./bodies.ts";
import { JSON_TYPE, PROTOBUF, send, startReceiver } from "./receiver.ts";

const MEBIBYTE = 1024 * 1024;
const GZIP = { "content-encoding": "gzip" };

/** About `mebibytes` of spans. */
const spansOf = (mebibytes: number) =>
  Array.from({ length: mebibytes * 64 }, (_, number) =>
    agentSpan({ name: `span ${number}`, attributes: attributes({ text: "ü{}[],".repeat(2300) }) }),
  );

describe("a body of several MiB", () => {
  const spans = spansOf(3);
  const protobuf = encodeSpans(spans).bytes;
  const json = Buffer.from(JSON.stringify(toJsonRequest(spans)));

  test.each([
    ["protobuf", PROTOBUF, protobuf],
    ["protobuf, in gzip", { ...PROTOBUF, ...GZIP }, gzipSync(protobuf)],
    ["JSON", JSON_TYPE, json],
    ["JSON, in gzip", { ...JSON_TYPE, ...GZIP }, gzipSync(json)],
  ])("arrives as it was sent: %s", async (_, headers, body) => {
    const receiver = await startReceiver();
    expect((await send(receiver, { headers, body })).status).toBe(200);
    expect(receiver.delivered.filter(isSpanBatch).flatMap((batch) => batch.spans())).toEqual(spans);
  });

  test("arrives without an announced length", async () => {
    const receiver = await startReceiver();
    expect((await send(receiver, { body: protobuf, pieceSize: 50_000 })).status).toBe(200);
    expect(receiver.delivered.filter(isSpanBatch).flatMap((batch) => batch.spans())).toEqual(spans);
  });

  test("is refused for what is wrong with it, as a small one is", async () => {
    const receiver = await startReceiver({ http: { max_request_body_size: 4 * MEBIBYTE } });
    const broken = await send(receiver, { body: protobuf.subarray(0, -1) });
    const text = await send(receiver, { headers: JSON_TYPE, body: protobuf });
    const bomb = await send(receiver, { headers: { ...JSON_TYPE, ...GZIP }, body: gzipSync(" ".repeat(5 * MEBIBYTE)) });
    expect([broken.status, text.status, bomb.status]).toEqual([400, 400, 413]);
    expect(receiver.delivered).toEqual([]);
  });

  test("keeps its good spans, and tells of the bad ones", async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { body: Buffer.concat([protobuf, requestOf(field(5, "bad"))]) });
    expect(oracleDecode("ExportTraceServiceResponse", answer.body)).toMatchObject({
      partialSuccess: { rejectedSpans: "1" },
    });
    expect(receiver.delivered).toMatchObject([{ count: spans.length }]);
  });
});

describe("while a large body is decoded", () => {
  test("the thread that answers others is free", async () => {
    const receiver = await startReceiver();
    const body = Buffer.from(JSON.stringify(toJsonRequest(spansOf(24))));
    await send(receiver, { headers: JSON_TYPE, body: "{}".padEnd(MEBIBYTE) }); // the thread runs from now on
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = performance.now();
    expect((await send(receiver, { headers: JSON_TYPE, body })).status).toBe(200);
    delay.disable();
    // It took all of the time when it was decoded here. A machine that is busy with other things delays both.
    expect(delay.max / 1e6).toBeLessThan(Math.max(100, (performance.now() - started) / 2));
  });

  test("a small one is answered", async () => {
    const receiver = await startReceiver();
    const answered: string[] = [];
    const body = Buffer.from(JSON.stringify(toJsonRequest(spansOf(24))));
    const large = send(receiver, { headers: JSON_TYPE, body }).then(() => answered.push("large"));
    while (answered.length < 3) await send(receiver, { body: spansBody(1) }).then(() => answered.push("small"));
    await large;
    expect(answered.at(-1)).toBe("large");
  });
});

describe("ten bodies of 64 MiB at once", () => {
  test("are taken as far as the memory set aside for them reaches, and the others are refused for a moment", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "turnwise-test-"));
    const server = await startServerProcess({ dataDir });
    const target = { port: Number(new URL(server.otlpUrl).port) };
    const padding = field(15, Buffer.alloc(63 * MEBIBYTE));
    const body = Buffer.concat([requestOf(spansBody(1)), padding]);
    const before = server.residentBytes();
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => send({ host: new URL(server.otlpUrl).hostname, ...target }, { body })),
    );
    const growth = server.peakBytes() - before;
    await server.stop();
    rmSync(dataDir, { recursive: true });
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.length - refused.length).toBe(answers.filter(({ status }) => status === 200).length);
    expect(answers.length - refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers } of refused) expect(["1", "2"]).toContain(headers["retry-after"]);
    // 256 MiB are set aside; what was just let go of is not yet collected.
    expect(growth).toBeLessThan(600 * MEBIBYTE);
  }, 60_000);
});
