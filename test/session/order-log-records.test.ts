import { describe, expect, it } from "vitest";
import type { AttributeValue, LogRecord } from "../../src/model/span.ts";
import { orderLogRecords } from "../../src/session/order-log-records.ts";
import { spanKey } from "../../src/session/span-facts.ts";
import { spanAt } from "../support/conversation-spans.ts";
import { logRecordWith } from "../support/records.ts";
import { seededRandom, shuffled } from "../support/seeded-random.ts";

const span = (id: number) => spanAt({ id, at: id }, {});

function record(
  id: number,
  role: string,
  content: string,
  fields: { time?: number; observed?: number; id?: string; calls?: readonly string[] } = {},
): LogRecord {
  const call = (callId: string): AttributeValue =>
    new Map<string, AttributeValue>([
      ["id", callId],
      [
        "function",
        new Map([
          ["name", "x"],
          ["arguments", "{}"],
        ]),
      ],
    ]);
  const message = new Map<string, AttributeValue>([
    ["content", content],
    ...(fields.id === undefined ? [] : [["id", fields.id] as const]),
    ...(fields.calls === undefined ? [] : [["tool_calls", fields.calls.map(call)] as const]),
  ]);
  return logRecordWith({
    ...span(id),
    attributes: new Map(),
    timeUnixNano: BigInt(fields.time ?? 0),
    observedTimeUnixNano: BigInt(fields.observed ?? 0),
    eventName: role === "choice" ? "gen_ai.choice" : `gen_ai.${role}.message`,
    body: role === "choice" ? new Map([["message", message]]) : message,
  });
}

const order = (ids: readonly number[], records: readonly LogRecord[]) => {
  const spans = ids.map(span).map((own) => ({
    span: own,
    arrived: records.filter((one) => spanKey(one) === spanKey(own)),
  }));
  const ordered = orderLogRecords(spans.filter(({ arrived }) => arrived.length > 0));
  return spans.map(({ span: own }) => ordered.find((one) => one.span === own)?.records ?? []);
};

describe("the log records of a model call", () => {
  it("stand in the order of time, then of observed time", () => {
    const [a, b, c] = [
      record(1, "user", "a", { time: 1, observed: 5 }),
      record(1, "assistant", "b", { time: 1, observed: 6 }),
      record(1, "user", "c", { time: 2 }),
    ];
    expect(order([1], [c, b, a])).toEqual([[a, b, c]]);
  });

  it("stand as they arrived when nothing else is known, the system prompt first", () => {
    const records = [
      record(1, "user", "a"),
      record(1, "assistant", "b"),
      record(1, "system", "s"),
      record(1, "user", "c"),
    ];
    expect(
      order([1], records)[0]?.map(({ body }) => (body as ReadonlyMap<string, AttributeValue>).get("content")),
    ).toEqual(["s", "a", "b", "c"]);
  });

  it.each([1, 2, 3, 4, 5])("find their order by what an earlier call had (seed %i)", (seed) => {
    const first = [
      record(1, "system", "s"),
      record(1, "user", "a"),
      record(1, "choice", "", { time: 1, calls: ["1", "2"] }),
    ];
    const second = [
      record(2, "system", "s"),
      record(2, "user", "a"),
      record(2, "assistant", "", { calls: ["1", "2"] }),
      record(2, "tool", "one", { id: "1" }),
      record(2, "tool", "two", { id: "2" }),
      record(2, "choice", "A", { time: 1 }),
    ];
    const third = [
      record(3, "system", "s"),
      record(3, "user", "a"),
      record(3, "assistant", "", { calls: ["1", "2"] }),
      record(3, "tool", "one", { id: "1" }),
      record(3, "tool", "two", { id: "2" }),
      record(3, "assistant", "A"),
      record(3, "user", "a"),
      record(3, "choice", "B", { time: 1 }),
    ];
    expect(order([1, 2, 3], shuffled([...first, ...second, ...third], seededRandom(seed)))).toEqual([
      first,
      second,
      third,
    ]);
  });

  it("are told apart by their calls' ids when all else is equal", () => {
    const first = [
      record(1, "user", "a"),
      record(1, "assistant", "", { calls: ["1"] }),
      record(1, "tool", "x", { id: "1" }),
      record(1, "choice", "", { time: 1, calls: ["2"] }),
    ];
    const second = [
      record(2, "user", "a"),
      record(2, "assistant", "", { calls: ["1"] }),
      record(2, "tool", "x", { id: "1" }),
      record(2, "assistant", "", { calls: ["2"] }),
      record(2, "tool", "x", { id: "2" }),
    ];
    expect(order([1, 2], [...first, ...second.toReversed()])).toEqual([first, second]);
  });

  it("have again what was taken for a re-delivery: an equal message within the same millisecond", () => {
    const first = [
      record(1, "user", "a"),
      record(1, "assistant", "A"),
      record(1, "user", "a", { time: 1 }),
      record(1, "choice", "B", { time: 2 }),
    ];
    const [a, reply, answer, next] = [
      record(2, "user", "a"),
      record(2, "assistant", "A"),
      record(2, "assistant", "B"),
      record(2, "user", "c"),
    ];
    expect(order([1, 2], [...first, next, answer, reply, a])).toEqual([first, [a, reply, a, answer, next]]);
  });

  it("of another span, or of none, are left alone", () => {
    expect(order([1], [record(2, "user", "a"), logRecordWith({ spanId: "", body: "x" })])).toEqual([[]]);
  });
});
