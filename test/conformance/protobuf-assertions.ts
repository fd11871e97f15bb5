/** R50 to R61: what is decoded. Named after protobuf in the document; where JSON can say the same, it is held to it. */
import assert from "node:assert/strict";
import type { AttributeValue } from "../../src/model/span.ts";
import { oracleDecode } from "../otlp/oracle.ts";
import {
  field,
  fixed32Field,
  fixed64Field,
  keyValue,
  message,
  nestedArray,
  nestedMap,
  requestOf,
  SPAN_ID,
  TRACE_ID,
  unnest,
  varintField,
} from "../otlp/wire.ts";
import { counterOf } from "../support/open-receiver.ts";
import { all, type Assertion, type Cell, everywhere, inProtobuf, ofRecords, ofTraces, overHttp } from "./assertion.ts";
import { ACCEPTED, assertDelivered, assertTakes, bodyOf } from "./checks.ts";
import { ATTRIBUTES, FULL_TRACES, fullLogs } from "./full-requests.ts";
import { asObject } from "./outcome.ts";
import type { Probe } from "./probe.ts";
import { deliveredRecords, deliveredSpans, readBack } from "./read-back.ts";
import { encodeRequest, recordWith, requestWith, SPAN, TRACE } from "./requests.ts";

const WRONG_TRACE_IDS = [1, 15, 17, 32].map((length) => Buffer.alloc(length, 1));

/** Unknown fields in every wire type, one with a number of the far future, and a group. */
const UNKNOWN = message(
  varintField(1000, 7n),
  fixed64Field(1001, 7n),
  field(1002, "text"),
  fixed32Field(1003, 7),
  Buffer.concat([Buffer.from([0xe3, 0x3e]), varintField(1, 1), Buffer.from([0xe4, 0x3e])]),
  varintField(536_870_911, 1),
);

/** The request of the signal, with unknown fields on every level. */
function withUnknownFields({ signal }: Cell): Buffer {
  const attribute = message(keyValue("k", message(UNKNOWN, field(1, "v"))), UNKNOWN);
  const point = message(fixed64Field(3, 1n), fixed64Field(4, 0n), UNKNOWN);
  const records = {
    traces: message(field(1, TRACE_ID), UNKNOWN, field(2, SPAN_ID), field(9, attribute)),
    logs: message(UNKNOWN, field(6, attribute)),
    metrics: message(UNKNOWN, field(1, "m"), field(5, message(UNKNOWN, field(1, point)))),
  };
  const scope = message(field(1, message(field(1, "scope"), UNKNOWN)), field(2, records[signal]), UNKNOWN);
  const resource = message(field(1, UNKNOWN), UNKNOWN, field(2, scope));
  return message(UNKNOWN, field(1, resource), UNKNOWN);
}

/** A record of the signal around the body of an AnyValue: as an attribute `k`. */
function recordAround(signal: Cell["signal"], value: Uint8Array): Buffer {
  const attribute = keyValue("k", value);
  return signal === "traces"
    ? message(field(1, TRACE_ID), field(2, SPAN_ID), field(9, attribute))
    : field(6, attribute);
}

const attributeOf = (probe: Probe, key: string): AttributeValue | undefined =>
  deliveredRecords(probe)[0]?.attributes.get(key);

const envelopesOf = (probe: Probe): readonly object[] => {
  const { signal } = probe.cell;
  const [resources, scopes] =
    signal === "traces"
      ? ["resourceSpans", "scopeSpans"]
      : signal === "logs"
        ? ["resourceLogs", "scopeLogs"]
        : ["resourceMetrics", "scopeMetrics"];
  return [
    {},
    { [resources]: [] },
    { [resources]: [{}] },
    { [resources]: [{ resource: {}, [scopes]: [{}] }, { schemaUrl: "x" }] },
  ];
};

export const protobufAssertions: readonly Assertion[] = [
  {
    id: "R50",
    says: "takes a request of no bytes, counts nothing and delivers nothing",
    notFor: inProtobuf,
    async run(probe) {
      const before = probe.inner.telemetry.show();
      assert.deepEqual(await probe.export(new Uint8Array(0)), ACCEPTED);
      assertDelivered(probe, 0);
      const records = /^otelcol_receiver_(accepted|refused|failed)_.*$/gm;
      assert.deepEqual(probe.inner.telemetry.show().match(records), before.match(records));
    },
  },
  {
    id: "R51",
    says: "takes envelopes with nothing in them",
    notFor: everywhere,
    async run(probe) {
      for (const envelope of envelopesOf(probe)) assert.deepEqual(await probe.export(envelope), ACCEPTED);
      assertDelivered(probe, 0);
    },
  },
  {
    id: "R52",
    says: "refuses what is not well-formed with INVALID_ARGUMENT",
    notFor: everywhere,
    async run(probe) {
      const whole = Buffer.from(bodyOf(probe));
      const broken = [Buffer.from("broken"), whole.subarray(0, -1), Buffer.concat([whole, Buffer.from("}")])];
      for (const body of broken) assert.equal((await probe.export(body)).code, 3);
      assertDelivered(probe, 0);
      await assertTakes(probe);
    },
  },
  {
    id: "R52",
    says: "says in a BadRequest what is wrong",
    notFor: overHttp,
    async run(probe) {
      const { body } = await probe.send({ body: "broken" });
      const isJson = probe.cell.encoding === "http/json";
      const status = isJson ? asObject(JSON.parse(body.toString())) : oracleDecode("Status", body);
      const details = status["details"];
      assert(Array.isArray(details));
      const detail = asObject(details[0]);
      assert.equal(detail[isJson ? "@type" : "typeUrl"], "type.googleapis.com/google.rpc.BadRequest");
    },
  },
  {
    id: "R53",
    says: "passes over unknown fields of every kind on every level",
    notFor: inProtobuf,
    async run(probe) {
      assert.deepEqual(await probe.export(withUnknownFields(probe.cell)), ACCEPTED);
      assertDelivered(probe, 1);
      if (probe.cell.signal !== "metrics") assert.equal(attributeOf(probe, "k"), "v");
    },
  },
  {
    id: "R54",
    says: "rejects a record whose ids have a wrong length, and keeps the others",
    notFor: all(inProtobuf, ofRecords),
    async run(probe) {
      const [traceField, spanField] = probe.cell.signal === "traces" ? [1, 2] : [9, 10];
      const good = message(field(traceField, TRACE_ID), field(spanField, SPAN_ID));
      const bad = [
        ...WRONG_TRACE_IDS.map((id) => message(field(traceField, id), field(spanField, SPAN_ID))),
        ...[1, 7, 9, 16].map((length) =>
          message(field(traceField, TRACE_ID), field(spanField, Buffer.alloc(length, 1))),
        ),
      ];
      const { code, rejected, message: reason } = await probe.export(requestOf(...bad, good));
      assert.deepEqual([code, rejected], [0, bad.length]);
      assert.match(reason, /^8 rejected: .*trace_id has 1 bytes instead of 16/);
      assertDelivered(probe, 1);
    },
  },
  {
    id: "R55",
    says: "rejects a span whose ids are empty or all zeros, and keeps the others",
    notFor: ofTraces,
    async run(probe) {
      const ids = [{ spanId: SPAN }, { traceId: TRACE }, { traceId: "0".repeat(32), spanId: SPAN }];
      const bad = [...ids, { traceId: TRACE, spanId: "0".repeat(16) }];
      const good = { traceId: TRACE, spanId: SPAN };
      const { code, rejected, message: reason } = await probe.export(requestWith("traces", [...bad, good]));
      assert.deepEqual([code, rejected], [0, 4]);
      assert.match(reason, /empty or all zeros/);
      assertDelivered(probe, 1);
    },
  },
  {
    id: "R55",
    says: "takes a log record without ids, or with ids of zeros, as one of no span",
    notFor: all(everywhere, (cell) => (cell.signal === "logs" ? undefined : "about log records")),
    async run(probe) {
      const zeros = { traceId: "0".repeat(32), spanId: "0".repeat(16) };
      assert.deepEqual(await probe.export(requestWith("logs", [{}, zeros])), ACCEPTED);
      assert.deepEqual(
        deliveredRecords(probe).map((record) => record.traceId),
        [undefined, undefined],
      );
    },
  },
  {
    id: "R56",
    says: "keeps every kind of value of attributes of records, resources, scopes, events and links",
    notFor: ofRecords,
    async run(probe) {
      const { signal } = probe.cell;
      if (signal === "metrics") return;
      const record = {
        ...recordWith(signal, ATTRIBUTES),
        ...(signal === "traces"
          ? { events: [{ attributes: ATTRIBUTES }], links: [{ traceId: TRACE, spanId: SPAN, attributes: ATTRIBUTES }] }
          : {}),
      };
      const request = requestWith(signal, [record], { attributes: ATTRIBUTES }, { attributes: ATTRIBUTES });
      assert.deepEqual(await probe.export(request), ACCEPTED);
      assert.deepEqual(readBack(probe), request);
    },
  },
  {
    id: "R57",
    says: "is not disturbed by the members that belong to profiles",
    notFor: all(inProtobuf, ofRecords),
    async run(probe) {
      const attribute = message(field(1, "k"), field(2, message(varintField(8, 3), field(1, "v"))), varintField(3, 9));
      const record =
        probe.cell.signal === "traces"
          ? message(field(1, TRACE_ID), field(2, SPAN_ID), field(9, attribute))
          : field(6, attribute);
      assert.deepEqual(await probe.export(requestOf(record)), ACCEPTED);
      assert.equal(attributeOf(probe, "k"), "v");
    },
  },
  {
    id: "R58",
    says: "loses nothing: every field comes out as it came in",
    notFor: ofRecords,
    async run(probe) {
      const request = probe.cell.signal === "traces" ? FULL_TRACES : fullLogs({ stringValue: "body" });
      assert.deepEqual(await probe.export(request), ACCEPTED);
      assert.deepEqual(readBack(probe), request);
    },
  },
  {
    id: "R59",
    says: "keeps times exact to the nanosecond",
    notFor: ofTraces,
    async run(probe) {
      const times = ["1700000000000000001", "9007199254740993", "18446744073709551615", "1"];
      const spans = times.map((time) => ({ traceId: TRACE, spanId: SPAN, startTimeUnixNano: time }));
      assert.deepEqual(await probe.export(requestWith("traces", spans)), ACCEPTED);
      assert.deepEqual(
        deliveredSpans(probe).map((span) => String(span.startTimeUnixNano)),
        times,
      );
    },
  },
  {
    id: "R60",
    says: "replaces what is not UTF-8 by U+FFFD, for whoever reads the bytes, too, and counts it",
    notFor: ofRecords,
    async run(probe) {
      const { signal, encoding } = probe.cell;
      if (signal === "metrics") return;
      const marked = encodeRequest(probe.cell, requestWith(signal, [recordWith(signal, [text("k", "a~b")])]));
      const transport = encoding === "grpc" ? "grpc" : "http";
      const labels = `transport="${transport}",signal="${signal}"`;
      const before = counterOf(probe.inner, "turnwise_receiver_broken_texts", labels);
      const body = Buffer.from(marked);
      body.writeUInt8(0xff, body.indexOf("~"));
      assert.deepEqual(await probe.export(body), ACCEPTED);
      assert.equal(attributeOf(probe, "k"), "a\ufffdb");
      const [batch] = probe.delivered();
      assert(batch !== undefined && batch.signal !== "metrics");
      assert(Buffer.from(batch.encoded.bytes).includes("a\ufffdb"));
      assert.equal(counterOf(probe.inner, "turnwise_receiver_broken_texts", labels), before + 1);
    },
  },
  {
    id: "R61",
    says: "cuts values off that are nested too deep, and keeps the rest",
    notFor: all(inProtobuf, ofRecords),
    async run(probe) {
      for (const nested of [nestedArray(1000), nestedMap(1000), nestedArray(20_000)]) {
        probe.inner.clear();
        assert.deepEqual(await probe.export(requestOf(recordAround(probe.cell.signal, nested))), ACCEPTED);
        const [levels] = unnest(attributeOf(probe, "k"));
        assert(levels >= 32 && levels <= 64, `${levels} levels`);
      }
    },
  },
  {
    id: "R61",
    says: "cuts values off that are nested too deep, and keeps the rest: JSON",
    notFor: all((cell) => (cell.encoding === "http/json" ? undefined : "about the JSON encoding"), ofRecords),
    async run(probe) {
      const { signal } = probe.cell;
      if (signal === "metrics") return;
      const levels = 1000;
      const value = `${'{"arrayValue":{"values":['.repeat(levels)}{"intValue":1}${"]}}".repeat(levels)}`;
      const marked = JSON.stringify(requestWith(signal, [recordWith(signal, [text("k", "~")])]));
      assert.deepEqual(await probe.export(Buffer.from(marked.replace('{"stringValue":"~"}', value))), ACCEPTED);
      const [kept] = unnest(attributeOf(probe, "k"));
      assert(kept >= 32 && kept <= 64, `${kept} levels`);
    },
  },
];

function text(key: string, stringValue: string): object {
  return { key, value: { stringValue } };
}
