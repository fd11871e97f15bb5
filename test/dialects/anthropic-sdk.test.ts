import { describe, expect, it } from "vitest";
import type { ModelOperation, ToolOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import { factsOfRequests } from "../../src/otlp/facts-of-requests.ts";
import { buildSessions } from "../../src/session/build-sessions.ts";
import { loadCapture } from "../support/captures.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

const read = (attributes: Readonly<Record<string, AttributeValue>>, error?: string) => {
  const span = spanAt({ id: 1, at: 0, ...(error === undefined ? {} : { error }) }, attributes);
  return readOne({ ...span, scope: { ...span.scope, name: "com.anthropic.sdk.typescript" } });
};
const chat = { "gen_ai.operation.name": "chat" };

describe("the Anthropic SDK's own spans", () => {
  it.each([
    ["anthropic-native-create", ["anthropic_sdk"]],
    ["anthropic-native-runner-thread", ["anthropic_sdk"]],
    ["openinference-anthropic", ["openinference", "anthropic_sdk"]],
  ])("are recognised in the traffic of %s", (name, dialects) => {
    const [session] = buildSessions(factsOfRequests(loadCapture(name).requests));
    expect(session?.dialects).toEqual(dialects);
  });

  it.each<[string, Readonly<Record<string, AttributeValue>>, boolean]>([
    ["in a thread that the provider keeps", { "anthropic.beta": ["x", "message-threads-2026-08-12"] }, true],
    ["with another beta", { "anthropic.beta": ["context-1m-2025-08-07"] }, false],
    ["with something else under that key", { "anthropic.beta": "message-threads" }, false],
    ["as always", {}, false],
  ])("send only what is new %s", (_when, attributes, isDelta) => {
    expect((read({ ...chat, ...attributes }) as ModelOperation).isDelta).toBe(isDelta);
  });

  it("say that content was cut", () => {
    const attributes = { ...chat, "gen_ai.input.messages": '[{"role":"user","parts":[]}]' };
    expect((read(attributes) as ModelOperation).input.truncated).toBe(false);
    expect((read({ ...attributes, "anthropic.content.truncated": true }) as ModelOperation).input.truncated).toBe(true);
  });

  it("give the reason why the model stopped", () => {
    expect(read({ ...chat, "anthropic.message.stop_reason": "tool_use" })).toMatchObject({ finishReason: "tool_use" });
  });

  it.each([
    ["that worked", undefined, { result: { a: 1 } }, '[{"type":"text","text":"{\\"a\\":1}"}]'],
    [
      "that failed, whose text is the result",
      "",
      { error: "no such order" },
      '[{"type":"text","text":"no such order"}]',
    ],
  ])("hold the outcome of a tool %s", (_what, error, outcome, content) => {
    const tool = read({ "gen_ai.operation.name": "execute_tool", "anthropic.tool_result.content": content }, error);
    const { result, error: failure } = tool as ToolOperation;
    expect({ result, error: failure }).toEqual({ result: undefined, error: undefined, ...outcome });
  });
});
