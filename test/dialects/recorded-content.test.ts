import { describe, expect, it } from "vitest";
import { withRecordedContent } from "../../src/dialects/recorded-content.ts";
import type { AttributeMap, AttributeValue, LogRecord } from "../../src/model/span.ts";
import { spanAt } from "../support/conversation-spans.ts";
import { logRecordWith } from "../support/records.ts";

const SCOPE = "strands.telemetry.tracer";
const map = (values: Readonly<Record<string, AttributeValue>>): AttributeMap => new Map(Object.entries(values));
const said = (role: string, content: AttributeValue) => map({ role, content });

function recordOf(input: readonly AttributeMap[], output: readonly AttributeMap[], name = SCOPE): LogRecord {
  const body = map({ input: map({ messages: input }), output: map({ messages: output }) });
  return logRecordWith({ eventName: name, body });
}

function restored(record: LogRecord, attributes: Readonly<Record<string, AttributeValue>> = {}): AttributeMap {
  const span = spanAt({ id: 1, at: 0 }, attributes);
  return withRecordedContent({ ...span, scope: { ...span.scope, name: SCOPE } }, [record]).attributes;
}

describe("content that was taken out of a span", () => {
  it.each<[string, AttributeValue, AttributeValue]>([
    ["text", "hi", "hi"],
    ["an event's content", map({ content: '[{"text":"hi"}]' }), '[{"text":"hi"}]'],
    ["an event's message", map({ message: "hi", finish_reason: "end_turn" }), "hi"],
    ["an object with text", map({ text: "hi" }), "hi"],
  ])("comes back as the conventions' messages: %s", (_what, content, expected) => {
    const attributes = restored(recordOf([said("user", content)], [said("assistant", content)]));
    expect(attributes.get("gen_ai.input.messages")).toEqual([said("user", expected)]);
    expect(attributes.get("gen_ai.output.messages")).toEqual([said("assistant", expected)]);
  });

  it("is taken only from the record that is named after the span's scope", () => {
    const record = recordOf([said("user", "hi")], [], "another.scope");
    expect(restored(record).size).toBe(0);
    const older = { ...record, eventName: "", attributes: map({ "event.name": SCOPE }) };
    expect(restored(older).has("gen_ai.input.messages")).toBe(true);
  });

  it.each<[string, AttributeValue]>([
    ["no body", null],
    ["text", "hi"],
    ["no messages", map({ input: map({}), output: map({ messages: "hi" }) })],
    [
      "messages without role or content",
      map({ input: map({ messages: [map({ role: "user" }), map({ content: "x" }), 7n, null] }) }),
    ],
  ])("is not there: %s", (_what, body) => {
    expect(restored(logRecordWith({ eventName: SCOPE, body })).size).toBe(0);
  });

  it("goes back to the flattened messages that it was taken from, role by role", () => {
    const attributes = restored(
      recordOf(
        [said("system", "s"), said("user", "a"), said("tool", "r")],
        [said("assistant", "A"), said("assistant", "earlier")],
      ),
      {
        "gen_ai.completion.0.role": "assistant",
        "gen_ai.prompt.0.role": "system",
        "gen_ai.prompt.1.role": "assistant",
        "gen_ai.prompt.2.role": "user",
        "gen_ai.prompt.3.role": "assistant",
        "gen_ai.prompt.3.tool_calls.0.name": "x",
        "gen_ai.prompt.10.role": "tool",
      },
    );
    const texts = ["completion.0", "prompt.0", "prompt.1", "prompt.2", "prompt.3", "prompt.10"].map((place) =>
      attributes.get(`gen_ai.${place}.content`),
    );
    expect(texts).toEqual(["A", "s", "earlier", "a", undefined, "r"]);
  });

  it("stays out where nobody can tell whose it was", () => {
    const roles = { "gen_ai.prompt.0.role": "user", "gen_ai.prompt.1.role": "user" };
    const attributes = restored(recordOf([said("user", "which of them?")], []), roles);
    expect([...attributes.keys()].filter((key) => key.startsWith("gen_ai.prompt."))).toEqual(Object.keys(roles));
  });

  it("leaves what the span still has as it is", () => {
    const attributes = restored(recordOf([said("user", "recorded")], []), {
      "gen_ai.prompt.0.role": "user",
      "gen_ai.prompt.0.content": "kept",
    });
    expect(attributes.get("gen_ai.prompt.0.content")).toBe("kept");
  });

  it("of a tool is what it was given and gave", () => {
    const attributes = restored(
      recordOf([said("tool", map({ content: '{"id":1}' }))], [said("assistant", map({ message: '[{"text":"ok"}]' }))]),
    );
    expect(attributes.get("gen_ai.tool.call.arguments")).toBe('{"id":1}');
    expect(attributes.get("gen_ai.tool.call.result")).toBe('[{"text":"ok"}]');
  });
});
