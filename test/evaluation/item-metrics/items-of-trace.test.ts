import { describe, expect, it } from "vitest";
import { itemsOfTrace, type ValiqorTrace } from "../../../src/evaluation/item-metrics/items-of-trace.ts";
import type { ChatMessage } from "../../../src/model/message.ts";
import type { JsonValue } from "../../../src/model/session.ts";
import { buildFromMessages } from "../../../src/session/build-from-messages.ts";

const messages = [
  { role: "user", content: "Where is order 7?", timestamp: "2026-01-01T10:00:00Z" },
  { role: "assistant", content: "In Hamburg.", timestamp: "2026-01-01T10:00:05Z" },
  { role: "user", content: "When does it arrive?", timestamp: "2026-01-01T10:01:00Z" },
  { role: "assistant", content: "On Friday.", timestamp: "2026-01-01T10:01:05Z" },
];
const withoutTimes = messages.map(({ role, content }) => ({ role, content }));

function itemsOf(trace: Partial<ValiqorTrace>) {
  const whole = { messages: withoutTimes as readonly JsonValue[], ...trace };
  const session = buildFromMessages({
    messages: whole.messages as readonly unknown[] as ChatMessage[],
    source: "messages",
  });
  return itemsOfTrace(whole, session);
}

describe("a Valiqor trace as items", () => {
  it("VQ-3: is an item for each turn of its messages", () => {
    expect(itemsOf({ trace_id: "t1", spans: {}, retrievals: [] })).toEqual([
      { key: "t1:1", input: "Where is order 7?", output: "In Hamburg.", context: [], toolCalls: [], metadata: {} },
      {
        key: "t1:2",
        input: "When does it arrive?",
        output: "On Friday.",
        context: [],
        history: [{ user: "Where is order 7?", assistant: "In Hamburg." }],
        toolCalls: [],
        metadata: {},
      },
    ]);
  });

  it("VQ-3: has none without messages", () => {
    expect(itemsOf({ messages: [], retrievals: ["a document"] })).toEqual([]);
  });

  it("reads messages of type human and ai, too", () => {
    const items = itemsOf({
      messages: [
        { type: "human", content: "Hello" },
        { type: "ai", content: "Hi!" },
      ],
    });
    expect(items).toMatchObject([{ input: "Hello", output: "Hi!" }]);
  });

  it("VQ-3: gives what was retrieved to the turn that had begun when it was", () => {
    const items = itemsOf({
      messages,
      retrievals: [
        { query: "order 7", documents: [{ content: "order 7: Hamburg" }], timestamp: "2026-01-01T10:00:02Z" },
        { content: "arrives Friday", timestamp: Date.parse("2026-01-01T10:01:02Z") },
        { content: "Friday is the 2nd", timestamp: Date.parse("2026-01-01T10:01:03Z") / 1_000 },
      ],
    });
    expect(items.map(({ context }) => context)).toEqual([
      ["order 7: Hamburg"],
      ["arrives Friday", "Friday is the 2nd"],
    ]);
  });

  it("gives it to the last turn where times are not told", () => {
    const items = itemsOf({ retrievals: ["one", ["two", "three"], "one"] });
    expect(items.map(({ context }) => context)).toEqual([[], ["one", "two", "three"]]);
  });

  it("takes what retrieval spans returned where no retrievals are listed", () => {
    const spans = {
      a: { stage: "retrieval", output: { documents: ["from a span"] } },
      b: { stage: "llm_call", output: "On Friday." },
    };
    expect(itemsOf({ spans }).at(-1)?.context).toEqual(["from a span"]);
    expect(itemsOf({ spans, retrievals: ["listed"] }).at(-1)?.context).toEqual(["listed"]);
  });

  it("puts what was retrieved before what tools returned", () => {
    const call = { id: "c1", type: "function", function: { name: "get_order", arguments: '{"id":7}' } };
    const items = itemsOf({
      messages: [
        { role: "user", content: "Where is order 7?" },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", tool_call_id: "c1", content: "in Hamburg" },
        { role: "assistant", content: "In Hamburg." },
      ],
      retrievals: ["a document"],
    });
    expect(items[0]?.context).toEqual(["a document", "in Hamburg"]);
    expect(items[0]?.toolCalls).toEqual([{ name: "get_order", arguments: { id: 7 }, result: "in Hamburg" }]);
  });

  it("has keys that follow from what was asked where the trace has no id, so that runs over it can be compared", () => {
    const [one, two] = itemsOf({});
    const [again] = itemsOf({});
    expect(one?.key).toMatch(/^[0-9a-f]{32}$/);
    expect(again?.key).toBe(one?.key);
    expect(two?.key).not.toBe(one?.key);
  });
});
