/** Spans and log records: what is written is what is read. */
import { describe, expect, test } from "vitest";
import type { SessionFacts } from "../../src/component/store.ts";
import type { Span } from "../../src/model/span.ts";
import { encodeSpans } from "../../src/otlp/encode-records.ts";
import {
  agentLogRecord,
  agentResource,
  agentScope,
  agentSpan,
  attributes,
  flattenedModelCall,
  modelCall,
  randomTraceId,
} from "../support/agent-spans.ts";
import { project, type StoreUnderTest } from "./store-under-test.ts";

const conversation = (id: string): Span["attributes"] => attributes({ "gen_ai.conversation.id": id });
const byId = (left: Span, right: Span): number => (left.spanId < right.spanId ? -1 : 1);

export function describeStoreFacts(underTest: () => StoreUnderTest): void {
  const factsOfAll = async (): Promise<SessionFacts[]> => {
    const { store } = underTest();
    const { sessions } = await store.findSessions({ project, limit: 100 });
    return Promise.all(sessions.map(async ({ id }) => store.readFacts({ project, id })));
  };
  const factsOfOnly = async (): Promise<SessionFacts> => {
    const [facts, ...others] = await factsOfAll();
    if (facts === undefined || others.length > 0) throw new Error(`${others.length + 1} sessions instead of one`);
    return facts;
  };

  describe("spans", () => {
    test("are read as they were written, field by field", async () => {
      const span = agentSpan({
        parentSpanId: "1".repeat(16),
        traceState: "a=b",
        kind: 77,
        status: { code: 2, message: "boom" },
        droppedAttributesCount: 1,
        droppedEventsCount: 2,
        droppedLinksCount: 3,
        startTimeUnixNano: 1_790_000_000_123_456_789n,
        attributes: attributes({
          text: "grüß 😀 \u0000",
          int: -(2n ** 62n),
          double: 1.5,
          bytes: new Uint8Array([0, 255]),
          none: null,
          list: ["a", 1n, attributes({ deep: true })],
          __proto__: "a key like any other",
          constructor: "so is this",
          "dotted.key": "kept",
        }),
        events: [{ name: "e", timeUnixNano: 5n, attributes: attributes({ k: "v" }), droppedAttributesCount: 4 }],
        links: [
          {
            traceId: randomTraceId(),
            spanId: "2".repeat(16),
            traceState: "",
            attributes: new Map(),
            droppedAttributesCount: 0,
            flags: 1,
          },
        ],
        resource: { ...agentResource, schemaUrl: "https://schema/resource", droppedAttributesCount: 9 },
        scope: { ...agentScope, schemaUrl: "https://schema/scope", attributes: attributes({ s: 1n }) },
      });
      await underTest().write(span);
      expect((await factsOfOnly()).spans).toEqual([span]);
    });

    test("share their resource and scope objects when they are read", async () => {
      const traceId = randomTraceId();
      await underTest().write(agentSpan({ traceId }), agentSpan({ traceId }));
      const [one, two] = (await factsOfOnly()).spans;
      expect(one?.resource).toBe(two?.resource);
      expect(one?.scope).toBe(two?.scope);
    });

    test("with other resources or scopes keep their own", async () => {
      const traceId = randomTraceId();
      const spans = [
        agentSpan({ traceId, spanId: "1".repeat(16) }),
        agentSpan({ traceId, spanId: "2".repeat(16), resource: { ...agentResource, schemaUrl: "other" } }),
        agentSpan({ traceId, spanId: "3".repeat(16), scope: { ...agentScope, name: "other" } }),
      ];
      await underTest().write(...spans);
      expect([...(await factsOfOnly()).spans].sort(byId)).toEqual(spans);
    });

    test("that repeat a growing history are read as they were written", async () => {
      const history = Array.from({ length: 80 }, (_, index) => ({
        role: "user",
        content: `message ${index} `.repeat(30),
      }));
      const calls = Array.from({ length: 40 }, (_, index) => [
        modelCall(history.slice(0, index * 2), { attributes: conversation("c"), startSecond: index }),
        flattenedModelCall(history.slice(0, index * 2), { name: "flat", attributes: conversation("c") }),
      ]).flat();
      for (const call of calls) await underTest().write(call);
      expect([...(await factsOfOnly()).spans].sort(byId)).toEqual(calls.sort(byId));
    });

    test("of a view into a larger buffer are written without what lies around them", async () => {
      const span = agentSpan();
      const { bytes, ...index } = encodeSpans([span]);
      const larger = new Uint8Array(bytes.length + 200).fill(0xff);
      larger.set(bytes, 100);
      await underTest().store.writeSpans({ ...index, bytes: larger.subarray(100, 100 + bytes.length) }, { project });
      expect((await factsOfOnly()).spans).toEqual([span]);
    });

    test("that are not listed in the index do not exist", async () => {
      const spans = [agentSpan({ spanId: "1".repeat(16) }), agentSpan({ spanId: "2".repeat(16) })];
      const encoded = encodeSpans(spans);
      await underTest().store.writeSpans({ ...encoded, records: encoded.records.subarray(3) }, { project });
      expect((await factsOfOnly()).spans).toEqual(spans.slice(1));
    });

    test("written twice are stored once, and change nothing", async () => {
      const span = modelCall([{ role: "user", content: "x".repeat(3000) }]);
      const { write, claimOne, store, claimAll } = underTest();
      await write(span, span);
      await write(span);
      await store.releaseClaim(await claimOne(), { status: "completed" });
      await write(span);
      expect((await factsOfOnly()).spans).toEqual([span]);
      expect(await claimAll()).toEqual([]);
    });

    test("of two projects with the same ids are two spans", async () => {
      const { store } = underTest();
      const span = agentSpan();
      for (const name of ["one", "two"]) await store.writeSpans(encodeSpans([span]), { project: name });
      for (const name of ["one", "two"]) {
        const { sessions } = await store.findSessions({ project: name, limit: 9 });
        expect(sessions).toHaveLength(1);
        expect((await store.readFacts({ project: name, id: sessions[0]!.id })).spans).toEqual([span]);
      }
    });

    const poor = agentSpan({ attributes: attributes({ a: "1" }) });
    const versions: readonly [string, Span, Span, "first" | "second"][] = [
      ["more attributes", poor, { ...poor, attributes: attributes({ a: "1", b: "2" }) }, "second"],
      ["fewer attributes", { ...poor, attributes: attributes({ a: "1", b: "2" }) }, poor, "first"],
      ["as many attributes and a later end", poor, { ...poor, endTimeUnixNano: poor.endTimeUnixNano + 1n }, "second"],
      ["as many attributes and an earlier end", poor, { ...poor, endTimeUnixNano: poor.endTimeUnixNano - 1n }, "first"],
      [
        "fewer attributes and a later end",
        poor,
        { ...poor, attributes: new Map(), endTimeUnixNano: poor.endTimeUnixNano + 1n },
        "first",
      ],
      ["nothing but another name of the same length", poor, { ...poor, name: poor.name.toUpperCase() }, "first"],
    ];
    test.each(versions)("with %s: the fuller version stays", async (_, first, second, kept) => {
      await underTest().write(first);
      await underTest().write(second);
      expect((await factsOfOnly()).spans).toEqual([kept === "first" ? first : second]);
    });

    test("that are replaced leave the spans that were stored against them readable", async () => {
      const history = Array.from({ length: 30 }, (_, index) => ({
        role: "user",
        content: `message ${index} `.repeat(30),
      }));
      const calls = [28, 29, 30].map((length, index) =>
        modelCall(history.slice(0, length), {
          attributes: conversation("c"),
          spanId: `${index}`.repeat(16).replace(/^0/, "a"),
        }),
      );
      for (const call of calls) await underTest().write(call);
      const fuller = { ...calls[0]!, attributes: new Map([...calls[0]!.attributes, ["more", "now"]]) };
      await underTest().write(fuller);
      expect([...(await factsOfOnly()).spans].sort(byId)).toEqual([fuller, calls[1]!, calls[2]!].sort(byId));
    });
  });

  describe("log records", () => {
    const traceId = randomTraceId();
    const spanId = "1".repeat(16);

    test("are read as they were written, in the order in which they arrived", async () => {
      const { writeLogs } = underTest();
      const records = [3, 1, 2].map((index) =>
        agentLogRecord({ traceId, spanId, timeUnixNano: BigInt(index), body: attributes({ index: BigInt(index) }) }),
      );
      await writeLogs(records[0]!, records[1]!);
      await writeLogs(records[2]!);
      expect((await factsOfOnly()).logRecords).toEqual(records);
    });

    test("that are equal in every field stay as many as one request had", async () => {
      const { writeLogs } = underTest();
      const record = agentLogRecord({ traceId, spanId });
      await writeLogs(record, record, record);
      await writeLogs(record, record, record);
      await writeLogs(record);
      expect((await factsOfOnly()).logRecords).toHaveLength(3);
    });

    test("that differ in their resource only are two", async () => {
      const { writeLogs } = underTest();
      const record = agentLogRecord({ traceId, spanId });
      await writeLogs(record);
      await writeLogs({ ...record, resource: { ...agentResource, schemaUrl: "other" } });
      expect((await factsOfOnly()).logRecords).toHaveLength(2);
    });

    test("arrive before or after their spans and belong to the same session", async () => {
      const { write, writeLogs } = underTest();
      await writeLogs(agentLogRecord({ traceId, spanId }));
      await write(agentSpan({ traceId, spanId, attributes: conversation("c") }));
      await writeLogs(agentLogRecord({ traceId, spanId, body: "later" }));
      const facts = await factsOfOnly();
      expect([facts.spans.length, facts.logRecords.length]).toEqual([1, 2]);
    });

    test("name a conversation as spans do", async () => {
      await underTest().writeLogs(agentLogRecord({ traceId, spanId, attributes: attributes({ "session.id": "c9" }) }));
      expect((await underTest().claimOne()).conversationId).toBe("c9");
    });

    test("that name no trace belong to no session", async () => {
      await underTest().writeLogs(agentLogRecord());
      expect(await factsOfAll()).toEqual([]);
    });
  });

  describe("messages", () => {
    test("are read in their order, with the tools that came with them", async () => {
      const { store } = underTest();
      const messages = [
        { role: "user", content: "hi", unknown_member: { kept: true } },
        { role: "assistant", content: null, tool_calls: [{ id: "1", function: { name: "f", arguments: "{}" } }] },
      ];
      const tools = [{ type: "function", function: { name: "f" } }];
      const judging = { evaluateSafety: false };
      const ref = await store.createMessageSession({
        project,
        source: "messages",
        messages,
        tools,
        metadata: {},
        judging,
        open: false,
      });
      expect(await store.readFacts(ref)).toEqual({ spans: [], logRecords: [], messages, tools });
    });
  });

  test("there are no facts of a session that is not there", async () => {
    const facts = await underTest().store.readFacts({ project, id: "0".repeat(32) });
    expect(facts).toEqual({ spans: [], logRecords: [], messages: [], tools: [] });
  });
}
