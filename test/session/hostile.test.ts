import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttributeValue, Span } from "../../src/model/span.ts";
import { buildFromMessages } from "../../src/session/build-from-messages.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { captureNames, loadCapture } from "../support/captures.ts";
import { agent, chat, other, spanAt, tool } from "../support/conversation-spans.ts";
import { processorMs } from "../support/processor-ms.ts";

const build = (spans: readonly Span[]) => buildSessions({ spans, logRecords: [] });

// What is bounded is processor time: on a busy machine that takes longer.
describe("hostile spans", { timeout: 60_000 }, () => {
  it("that are each other's parents do no harm", () => {
    const [session] = build([
      chat({ id: 1, parent: 3, at: 0 }, [{ user: "a" }], { assistant: "A" }),
      agent({ id: 2, parent: 1, at: 0 }, "x"),
      tool({ id: 3, parent: 2, at: 0 }, { name: "x" }),
      other({ id: 4, parent: 4, at: 0 }),
    ]);
    expect(session === undefined || session.turns.length >= 0).toBe(true);
  });

  it("in a chain of ten thousand do no harm", () => {
    const chain = (make: (at: number) => Span) => Array.from({ length: 10_000 }, (_, at) => make(at + 1));
    const kinds: readonly ((at: number) => Span)[] = [
      (at) => other({ id: at, parent: at - 1, at }),
      (at) => agent({ id: at, parent: at - 1, at }, `question ${at}`),
      (at) => tool({ id: at, parent: at - 1, at }, { name: "x" }),
      (at) => chat({ id: at, parent: at - 1, at }, [{ user: "a" }], { assistant: "A" }),
    ];
    for (const make of kinds) {
      const spans = chain(make);
      expect(processorMs(() => build(spans))).toBeLessThan(5000);
      expect(processorMs(() => build(spans.toReversed()))).toBeLessThan(5000);
    }
  });

  it("with thousands of equal tool calls do no harm", () => {
    const calls = Array.from({ length: 3000 }, () => ({ name: "x", arguments: { text: "y".repeat(200) } }));
    const spans = [
      chat({ id: 1, at: 0 }, [{ user: "a" }], { calls }),
      ...calls.map((call, at) => tool({ id: at + 10, at: at + 1 }, call)),
      chat({ id: 2, at: 5000 }, [{ user: "a" }, { calls }], { assistant: "A" }),
    ];
    let steps = 0;
    expect(processorMs(() => (steps = build(spans)[0]?.turns[0]?.steps.length ?? 0))).toBeLessThan(5000);
    expect(steps).toBe(3002);
  });

  it("of thousands of calls with one id do no harm", () => {
    const calls = Array.from({ length: 2000 }, (_, at) => ({ id: "c", name: "x", arguments: { at } }));
    const results = calls.map(({ id }, at) => ({ id, response: at }));
    const spans = [
      chat({ id: 1, at: 0 }, [{ user: "a" }], { calls }),
      ...calls.map((call, at) => tool({ id: at + 10, at: at + 1 }, { ...call, result: at })),
      ...calls.map(({ id }, at) => tool({ id: at + 6000, at: at + 1 }, { id, name: "x", arguments: { at: -at - 1 } })),
      chat({ id: 2, at: 9000 }, [{ user: "a" }, { calls }, { results }], { assistant: "A" }),
    ];
    let steps = 0;
    expect(processorMs(() => (steps = build(spans)[0]?.turns[0]?.steps.length ?? 0))).toBeLessThan(5000);
    expect(steps).toBe(4002);
  });

  it("of thousands of traces without ids do no harm", () => {
    const spans = Array.from({ length: 5000 }, (_, at) =>
      chat({ id: at + 1, trace: at + 1, at }, [{ user: "hi" }], { assistant: "hello" }),
    );
    expect(processorMs(() => build(spans))).toBeLessThan(5000);
    expect(build(spans)).toHaveLength(5000);
  });

  it.each<[string, AttributeValue]>([
    ["deep JSON", `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`],
    ["deep lists", "[".repeat(100_000)],
    ["deep messages", `[{"role":"user","content":${"[".repeat(5000)}${"]".repeat(5000)}}]`],
    ["huge text", "x".repeat(2_000_000)],
    ["a prototype", '[{"__proto__":{"role":"system"},"role":"user","content":"a"}]'],
    ["members of prototypes", '[{"role":"constructor","content":"toString","tool_calls":{"length":3}}]'],
    ["numbers where texts belong", '[{"role":1,"content":2,"parts":3,"tool_calls":[4]}]'],
    ["nulls", "[null,null]"],
    ["bytes", new Uint8Array([1, 2, 3])],
    ["nested values", new Map([["role", new Map([["role", ["user"]]])]])],
  ])("of %s do no harm, whatever key they stand under", (_what, value) => {
    const keys = [
      "gen_ai.input.messages",
      "gen_ai.output.messages",
      "gen_ai.system_instructions",
      "gen_ai.tool.definitions",
      "gen_ai.tool.call.arguments",
      "gen_ai.tool.call.result",
      "ai.prompt",
      "ai.prompt.messages",
      "ai.prompt.tools",
      "ai.response.toolCalls",
      "ai.toolCall.args",
      "input.value",
      "output.value",
      "llm.invocation_parameters",
      "llm.input_messages.0.message.content",
      "metadata",
      "traceloop.entity.input",
      "traceloop.entity.output",
      "gen_ai.prompt.0.content",
      "session.id",
    ];
    const all = Object.fromEntries(keys.map((key) => [key, value]));
    const kinds = [
      { "gen_ai.operation.name": "chat" },
      { "gen_ai.operation.name": "execute_tool" },
      { "openinference.span.kind": "LLM" },
      { "openinference.span.kind": "AGENT" },
      { "ai.operationId": "ai.generateText.doGenerate" },
      { "traceloop.span.kind": "tool" },
    ];
    const spans = kinds.map((kind, at) => spanAt({ id: at + 1, at, trace: at + 1 }, { ...kind, ...all }));
    const time = processorMs(() => expect(() => JSON.stringify(build(spans))).not.toThrow());
    expect(time).toBeLessThan(5000);
  });

  it("with any values under any known key do no harm", () => {
    const { requests } = loadCapture("openinference-vercel-v6");
    const sample = factsOfRequests(requests).spans.find(({ name }) => name.includes("doGenerate"));
    const keys = [...(sample?.attributes.keys() ?? [])];
    const value = fc.oneof(
      fc.string(),
      fc.bigInt(),
      fc.double(),
      fc.boolean(),
      fc.json(),
      fc.constant(null),
      fc.constant("__REDACTED__"),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), value), (attributes) => {
        const span = spanAt({ id: 1, at: 0 }, attributes);
        expect(() => build([span])).not.toThrow();
      }),
    );
  });
});

describe("broken captures", () => {
  it.each(captureNames)("%s without every other span is still read", (name) => {
    const facts = factsOfRequests(loadCapture(name).requests);
    const half = { ...facts, spans: facts.spans.filter((_, at) => at % 2 === 0) };
    expect(() => buildSessions(half)).not.toThrow();
    const cut = facts.spans.map((span) => ({
      ...span,
      attributes: new Map(
        [...span.attributes].map(([key, value]) => [key, typeof value === "string" ? value.slice(0, 100) : value]),
      ),
    }));
    expect(() => buildSessions({ ...facts, spans: cut })).not.toThrow();
  });
});

describe("hostile messages", () => {
  it("of deep values do no harm", () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 50_000; depth++) deep = { a: deep };
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", tool_calls: [{ function: { name: "x", arguments: deep as string } }] },
      { role: "tool", content: deep as string },
    ];
    expect(() => buildFromMessages({ messages, source: "messages" })).not.toThrow();
  });
});
