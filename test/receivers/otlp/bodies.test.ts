import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { isSpanBatch } from "./batches.ts";
import { bodiesOf, spansBody } from "./bodies.ts";
import { counterOf, JSON_TYPE, PROTOBUF, send, startReceiver } from "./receiver.ts";
import { oracleDecode } from "../../otlp/oracle.ts";

const SPANS = Buffer.from(spansBody(2));

describe("a Content-Type", () => {
  test.each([
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    " application/json ",
    "application/json;charset=UTF-8;x=y",
  ])("%s is JSON", async (contentType) => {
    const answer = await send(await startReceiver(), { headers: { "content-type": contentType }, body: "{}" });
    expect([answer.status, answer.headers["content-type"], answer.body.toString()]).toEqual([
      200,
      "application/json",
      "{}",
    ]);
  });

  test.each(["application/x-protobuf; charset=utf-8", "Application/X-Protobuf"])(
    "%s is protobuf",
    async (contentType) => {
      const answer = await send(await startReceiver(), { headers: { "content-type": contentType }, body: SPANS });
      expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/x-protobuf"]);
    },
  );

  test.each([
    undefined,
    "",
    "invalid",
    "text/plain",
    "application/protobuf",
    "application/octet-stream",
    "application/jsonp",
  ])("%s is not supported", async (contentType) => {
    const headers = contentType === undefined ? {} : { "content-type": contentType };
    const receiver = await startReceiver();
    const answer = await send(receiver, { headers, body: SPANS });
    expect([answer.status, answer.headers["content-type"]]).toEqual([415, "application/json"]);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 3 });
    expect(counterOf(receiver, "turnwise_receiver_refused_requests", 'reason="content_type"')).toBe(1);
  });
});

describe("a Content-Encoding", () => {
  test.each([
    ["none", {}, SPANS],
    ["an empty one", { "content-encoding": "" }, SPANS],
    ["identity", { "content-encoding": "identity" }, SPANS],
    ["gzip", { "content-encoding": "gzip" }, gzipSync(SPANS)],
    ["gzip in capitals", { "content-encoding": "GZIP" }, gzipSync(SPANS)],
    [
      "gzip of several members",
      { "content-encoding": "gzip" },
      Buffer.concat([gzipSync(SPANS.subarray(0, 9)), gzipSync(SPANS.subarray(9))]),
    ],
    [
      "gzip with a thousand empty members",
      { "content-encoding": "gzip" },
      Buffer.concat([...Array.from({ length: 1000 }, () => gzipSync("")), gzipSync(SPANS)]),
    ],
    ["gzip by its old name", { "content-encoding": "x-gzip" }, gzipSync(SPANS)],
    ["gzip in a list with nothing else in it", { "content-encoding": ", gzip ," }, gzipSync(SPANS)],
    ["deflate, which is zlib", { "content-encoding": "deflate" }, deflateSync(SPANS)],
    ["zlib", { "content-encoding": "zlib" }, deflateSync(SPANS)],
  ])("%s is undone", async (_, headers, body) => {
    const receiver = await startReceiver();
    expect((await send(receiver, { headers: { ...PROTOBUF, ...headers }, body })).status).toBe(200);
    const batch = receiver.delivered.find(isSpanBatch);
    expect(Buffer.from(batch?.encoded.bytes ?? [])).toEqual(SPANS);
  });

  test.each(bodiesOf(2).map((body) => [`${body.signal} as ${body.encoding}`, body] as const))(
    "gzip is undone for %s, small and large",
    async (_, { path, headers, body, encoding }) => {
      const receiver = await startReceiver();
      const gzip = { ...headers, "content-encoding": "gzip" };
      expect((await send(receiver, { path, headers: gzip, body: gzipSync(body) })).status).toBe(200);
      // White space behind JSON, or an unknown field, in bytes that do not compress: inflated in the thread pool.
      const noise = encoding === "json" ? Buffer.alloc(400_000, " ") : unknownField(400_000);
      const large = gzipSync(Buffer.concat([body, noise]), { level: 0 });
      expect(large.length).toBeGreaterThan(262_144);
      expect((await send(receiver, { path, headers: gzip, body: large })).status).toBe(200);
      expect(receiver.delivered.map(({ count }) => count)).toEqual([2, 2]);
    },
  );

  test.each(["br", "foo", "gzip, gzip", "gzip,identity", "snappy", "constructor"])(
    "%s is not supported",
    async (encoding) => {
      const { status, headers, body } = await send(await startReceiver(), {
        headers: { ...JSON_TYPE, "content-encoding": encoding },
        body: "{}",
      });
      expect([status, headers["accept-encoding"], headers["content-type"]]).toEqual([
        415,
        "identity, gzip, zstd, zlib, deflate",
        "application/json",
      ]);
      expect(JSON.parse(body.toString())).toMatchObject({ code: 3 });
    },
  );

  const wrongCrc = gzipSync(SPANS);
  wrongCrc[wrongCrc.length - 6] = (wrongCrc[wrongCrc.length - 6] ?? 0) ^ 0xff;

  test.each([
    ["plain bytes as gzip", "gzip", SPANS],
    ["nothing as gzip", "gzip", Buffer.alloc(0)],
    ["a gzip header alone", "gzip", gzipSync("").subarray(0, 10)],
    ["a wrong checksum", "gzip", wrongCrc],
    ["bytes behind gzip", "gzip", Buffer.concat([gzipSync(SPANS), Buffer.from("garbage")])],
    ["zeros behind gzip", "gzip", Buffer.concat([gzipSync(SPANS), Buffer.alloc(3)])],
    ["zeros and more behind gzip", "gzip", Buffer.concat([gzipSync(SPANS), Buffer.from("\0garbage")])],
    ["bytes behind deflate", "deflate", Buffer.concat([deflateSync(SPANS), Buffer.from("garbage")])],
    ["gzip in gzip, declared once", "gzip", gzipSync(gzipSync(SPANS))],
    ["plain bytes as deflate", "deflate", SPANS],
    ["raw deflate", "deflate", deflateRawSync(SPANS)],
    ["gzip as deflate", "deflate", gzipSync(SPANS)],
    ["half of a large gzip", "gzip", gzipSync(Buffer.alloc(400_000, 1), { level: 0 }).subarray(0, 300_000)],
  ])("that the body does not have is refused: %s", async (_, encoding, body) => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { headers: { ...PROTOBUF, "content-encoding": encoding }, body });
    expect([answer.status, answer.headers["content-type"]]).toEqual([400, "application/x-protobuf"]);
    expect(oracleDecode("Status", answer.body)).toMatchObject({ code: 3 });
    expect(receiver.delivered).toEqual([]);
    expect((await send(receiver, { body: SPANS })).status).toBe(200);
  });

  test("gzip that ends too early is refused wherever it ends", async () => {
    const receiver = await startReceiver();
    const whole = gzipSync(SPANS);
    for (let length = 0; length < whole.length; length += 1) {
      const headers = { ...PROTOBUF, "content-encoding": "gzip" };
      expect((await send(receiver, { headers, body: whole.subarray(0, length) })).status, `${length} bytes`).toBe(400);
    }
  });
});

describe("a body", () => {
  test.each([
    ["no bytes of protobuf", PROTOBUF, "", ""],
    ["an envelope without spans", PROTOBUF, Buffer.from([0x0a, 0x02, 0x12, 0x00]), ""],
    ["an empty JSON object", JSON_TYPE, "{}", "{}"],
  ])("with nothing in it is taken and not delivered: %s", async (_, headers, body, answer) => {
    const receiver = await startReceiver();
    const { status, body: answered } = await send(receiver, { headers, body });
    expect([status, answered.toString(), receiver.delivered]).toEqual([200, answer, []]);
    expect(receiver.telemetry.show()).not.toContain("accepted");
  });

  test.each(bodiesOf(1).map((body) => [`${body.signal} as ${body.encoding}`, body] as const))(
    "that is malformed is refused with a Status in its encoding: %s",
    async (_, { path, headers, encoding }) => {
      const receiver = await startReceiver();
      const answer = await send(receiver, { path, headers, body: "not what it says" });
      expect([answer.status, answer.headers["content-type"]]).toEqual([400, headers["content-type"]]);
      const status: unknown =
        encoding === "json" ? JSON.parse(answer.body.toString()) : oracleDecode("Status", answer.body);
      expect(status).toMatchObject({ code: 3, details: [{}] });
      expect(counterOf(receiver, "turnwise_receiver_refused_requests", 'reason="malformed"')).toBe(1);
      expect(receiver.delivered).toEqual([]);
    },
  );

  test.each(["", "1234", '"x"', "[]", '{"resourceSpans":{}}'])("of JSON is refused: %j", async (body) => {
    const answer = await send(await startReceiver(), { headers: JSON_TYPE, body });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body.toString())).toMatchObject({ code: 3 });
  });

  test("in the other encoding than declared is refused", async () => {
    const receiver = await startReceiver();
    expect((await send(receiver, { headers: JSON_TYPE, body: SPANS })).status).toBe(400);
    expect((await send(receiver, { headers: PROTOBUF, body: '{"resourceSpans":[]}' })).status).toBe(400);
  });

  test("of another signal is explained", async () => {
    const receiver = await startReceiver();
    const logs = bodiesOf(1).filter(({ signal }) => signal === "logs");
    for (const { headers, body } of logs) {
      const answer = await send(receiver, { headers, body });
      expect(answer.status).toBe(400);
      expect(answer.body.toString()).toContain("/v1/logs");
    }
  });

  test("never comes back in the answer", async () => {
    const receiver = await startReceiver();
    for (const headers of [JSON_TYPE, PROTOBUF])
      expect((await send(receiver, { headers, body: "my secret" })).body.toString()).not.toContain("secret");
  });

  test("of protobuf is delivered as it came, decoded only when asked", async () => {
    const receiver = await startReceiver();
    await send(receiver, { body: SPANS });
    const batch = receiver.delivered.find(isSpanBatch);
    expect(Buffer.from(batch?.encoded.bytes ?? [])).toEqual(SPANS);
    expect(batch?.spans().map(({ name }) => name)).toEqual(["chat", "chat"]);
  });
});

/** A protobuf field that nobody knows. */
function unknownField(length: number): Buffer {
  return Buffer.concat([
    Buffer.from([0xfa, 0x3e, 0x80 | (length & 0x7f), 0x80 | ((length >> 7) & 0x7f), length >> 14]),
    Buffer.alloc(length),
  ]);
}
