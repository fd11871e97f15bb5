/** L01 to L07: logs and metrics. */
import assert from "node:assert/strict";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { gzipSync } from "node:zlib";
import { all, type Assertion, everywhere, ofLogs, overHttp } from "./assertion.ts";
import { ACCEPTED, assertDelivered, assertRefusal, assertTakes, bodyOf } from "./checks.ts";
import { frameOf } from "../support/http2-client.ts";
import { methodOf } from "./grpc-client.ts";
import { fullLogs, VALUES } from "./full-requests.ts";
import type { Probe } from "./probe.ts";
import { deliveredLogRecords, deliveredSpans, readBack } from "./read-back.ts";
import { encodeRequest, requestWith, SPAN, TRACE } from "./requests.ts";

const ofLogsAndMetrics = ({ signal }: { signal: string }) =>
  signal === "traces" ? "about logs and metrics" : undefined;
const text = (key: string, stringValue: string): object => ({ key, value: { stringValue } });

/** A model call without its messages: they come as log records. */
const SPAN_OF_CALL = {
  traceId: TRACE,
  spanId: SPAN,
  name: "chat test-model",
  kind: 3,
  startTimeUnixNano: "1700000000000000000",
  endTimeUnixNano: "1700000001000000000",
  attributes: [text("gen_ai.operation.name", "chat"), text("gen_ai.request.model", "test-model")],
};

const messageOf = (role: string, content: string): string =>
  JSON.stringify([{ role, parts: [{ type: "text", content }] }]);

const OF_CALL = { traceId: TRACE, spanId: SPAN, timeUnixNano: "1700000000500000000" };
const DETAILS = {
  ...OF_CALL,
  eventName: "gen_ai.client.inference.operation.details",
  attributes: [
    text("gen_ai.conversation.id", "conversation-1"),
    text("gen_ai.input.messages", messageOf("user", "What is the capital of France?")),
    text("gen_ai.output.messages", messageOf("assistant", "Paris.")),
  ],
};

const bodyWith = (content: string): object => ({ kvlistValue: { values: [text("content", content)] } });
const MESSAGE_EVENTS = [
  { ...OF_CALL, eventName: "gen_ai.user.message", body: bodyWith("What is the capital of France?") },
  {
    ...OF_CALL,
    timeUnixNano: "1700000000900000000",
    eventName: "gen_ai.choice",
    body: {
      kvlistValue: {
        values: [
          { key: "index", value: { intValue: "0" } },
          { key: "message", value: bodyWith("Paris.") },
        ],
      },
    },
  },
];

/** Sends the span to the traces and the records to the logs; the cell is one of logs. */
async function exportBoth(
  probe: Probe,
  records: readonly object[],
  order: "span first" | "records first",
): Promise<void> {
  const sendSpan = async () => {
    const request = encodeRequest({ ...probe.cell, signal: "traces" }, requestWith("traces", [SPAN_OF_CALL]));
    if (probe.cell.encoding !== "grpc")
      assert.equal((await probe.send({ path: "/v1/traces", body: request })).status, 200);
    else assert.equal((await probe.callRaw({ path: methodOf("traces"), pieces: [frameOf(request)] })).code, 0);
  };
  if (order === "span first") await sendSpan();
  assert.deepEqual(await probe.export(requestWith("logs", records)), ACCEPTED);
  if (order === "records first") await sendSpan();
}

/** The texts of the turns that the delivered spans and records make. */
function turnsOf(probe: Probe): readonly (readonly (string | undefined)[])[] {
  const sessions = buildSessions({ spans: deliveredSpans(probe), logRecords: deliveredLogRecords(probe) });
  return sessions.flatMap(({ turns }) => turns.map((turn) => [turn.userContent, turn.assistantContent]));
}

const THE_TURN = [["What is the capital of France?", "Paris."]];

export const signalAssertions: readonly Assertion[] = [
  {
    id: "L01",
    says: "holds logs and metrics to the same rules of transport",
    notFor: all(ofLogsAndMetrics, overHttp),
    async run(probe) {
      const headers = { ...probe.headers, "content-encoding": "gzip" };
      assert.equal((await probe.send({ headers, body: gzipSync(bodyOf(probe, 2)) })).status, 200);
      assertDelivered(probe, 2);
      assertRefusal(probe, await probe.send({ body: "broken" }), 400, 3);
      assertRefusal(probe, await probe.send({ method: "GET" }), 405, 12);
      probe.inner.failWith(new Error("x"));
      assertRefusal(probe, await probe.send({ body: bodyOf(probe) }), 503, 14);
    },
  },
  {
    id: "L01",
    says: "tells the number of rejected log records",
    notFor: ofLogs,
    async run(probe) {
      const { rejected, message } = await probe.export(requestWith("logs", [{ traceId: "12" }, {}]));
      assert.equal(rejected, 1);
      assert.match(message, /^1 rejected: /);
    },
  },
  {
    id: "L01",
    says: "explains where records belong that were sent to the path of another signal",
    notFor: everywhere,
    async run(probe) {
      const { signal } = probe.cell;
      const others = (["traces", "logs", "metrics"] as const).filter((other) => other !== signal);
      for (const other of others) {
        const { code, message } = await probe.export(bodyOf({ ...probe, cell: { ...probe.cell, signal: other } }));
        assert.equal(code, 3, other);
        assert.match(message, new RegExp(`/v1/${other}`));
      }
      assertDelivered(probe, 0);
    },
  },
  {
    id: "L02",
    says: "keeps event_name, and reads the attribute event.name of older SDKs where it is empty",
    notFor: ofLogs,
    async run(probe) {
      const { eventName, attributes, ...rest } = DETAILS;
      await exportBoth(probe, [{ ...rest, attributes: [...attributes, text("event.name", eventName)] }], "span first");
      assert.deepEqual(turnsOf(probe), THE_TURN);
      probe.inner.clear();
      assert.deepEqual(await probe.export(requestWith("logs", [{ eventName }])), ACCEPTED);
      assert.equal(deliveredLogRecords(probe)[0]?.eventName, eventName);
    },
  },
  {
    id: "L03",
    says: "keeps bodies of every kind, and all the fields of a record",
    notFor: ofLogs,
    async run(probe) {
      for (const [kind, body] of VALUES.filter(([kind]) => kind !== "empty")) {
        probe.inner.clear();
        assert.deepEqual(await probe.export(fullLogs(body)), ACCEPTED);
        assert.deepEqual(readBack(probe), fullLogs(body), kind);
      }
    },
  },
  {
    id: "L03",
    says: "takes records without ids, and every severity",
    notFor: ofLogs,
    async run(probe) {
      const records = Array.from({ length: 25 }, (_, severityNumber) => ({ severityNumber, flags: severityNumber }));
      assert.deepEqual(await probe.export(requestWith("logs", records)), ACCEPTED);
      const delivered = deliveredLogRecords(probe);
      assert.deepEqual(
        delivered.map(({ severityNumber, flags, traceId }) => ({ severityNumber, flags, traceId })),
        records.map((record) => ({ ...record, traceId: undefined })),
      );
    },
  },
  {
    id: "L04",
    says: "joins the details event of a model call to its span, whichever comes first",
    notFor: ofLogs,
    async run(probe) {
      for (const order of ["span first", "records first"] as const) {
        probe.inner.clear();
        await exportBoth(probe, [DETAILS], order);
        assert.deepEqual(turnsOf(probe), THE_TURN, order);
      }
    },
  },
  {
    id: "L05",
    says: "joins the message events of older conventions to their span, whichever comes first",
    notFor: ofLogs,
    async run(probe) {
      for (const order of ["span first", "records first"] as const) {
        probe.inner.clear();
        await exportBoth(probe, MESSAGE_EVENTS, order);
        assert.deepEqual(turnsOf(probe), THE_TURN, order);
      }
    },
  },
  {
    id: "L06",
    says: "takes records of spans that it has not seen, and of none",
    notFor: ofLogs,
    async run(probe) {
      assert.deepEqual(await probe.export(requestWith("logs", [DETAILS, { eventName: "x" }])), ACCEPTED);
      assertDelivered(probe, 2);
      assert.deepEqual(deliveredSpans(probe), []);
    },
  },
  {
    id: "L07",
    says: "takes metrics of every kind, and counts their points",
    notFor: ({ signal }) => (signal === "metrics" ? undefined : "about metrics"),
    async run(probe) {
      const dataPoints = [{ timeUnixNano: "1" }, { timeUnixNano: "2" }];
      const kinds = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
      const metrics = kinds.map((kind) => ({ name: kind, [kind]: { dataPoints } }));
      assert.deepEqual(await probe.export(requestWith("metrics", [...metrics, { name: "none" }])), ACCEPTED);
      assertDelivered(probe, 10);
      await assertTakes(probe);
    },
  },
];
