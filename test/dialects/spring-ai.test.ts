import { describe, expect, it } from "vitest";
import type { ModelOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

const read = (attributes: Readonly<Record<string, AttributeValue>>, scope = "org.springframework.boot") => {
  const span = spanAt({ id: 1, at: 0 }, attributes);
  return readOne({ ...span, scope: { ...span.scope, name: scope } });
};
const framework = { "gen_ai.operation.name": "framework", "gen_ai.system": "spring_ai" };

describe("Spring AI", () => {
  it.each<[string, Readonly<Record<string, AttributeValue>>]>([
    ["agent", { ...framework, "spring.ai.kind": "chat_client" }],
    ["tool", { ...framework, "spring.ai.kind": "tool_call" }],
    ["other", { ...framework, "spring.ai.kind": "advisor" }],
    ["other", { ...framework, "spring.ai.kind": "vector_store" }],
    ["model", { "gen_ai.operation.name": "chat", "gen_ai.system": "openai" }],
    ["other", { "gen_ai.operation.name": "embedding", "gen_ai.system": "openai" }],
  ])("%s: %o", (kind, attributes) => {
    expect(read(attributes)).toMatchObject({ kind, dialect: "spring_ai" });
  });

  it("is not every span of an application that runs on Spring", () => {
    expect(read({ "http.request.method": "POST" }).dialect).toBeUndefined();
  });

  it.each([
    ["conv-1", "conv-1"],
    ["default", undefined],
    ["", undefined],
  ])("names the conversation %s: all customers share the default", (id, conversation) => {
    const client = read({ ...framework, "spring.ai.kind": "chat_client", "spring.ai.chat.client.conversation.id": id });
    expect(client.embeddedConversationId).toBe(conversation);
    expect(client.conversationId).toBeUndefined();
  });

  it.each<[string, AttributeValue, readonly string[]]>([
    ["instructions and a question", '["Be kind.","a"]', ["system: Be kind.", "user: a"]],
    ["a question", '["a"]', ["user: a"]],
    ["history, whose nobody can tell", '["Be kind.","a","A","b"]', ["system: Be kind.", "user: b"]],
    ["a call and its result, which have no text", '["Be kind.","a","",""]', ["system: Be kind.", "user: a", "tool: "]],
    ["structured texts", ["Be kind.", "a"], ["system: Be kind.", "user: a"]],
    ["nothing", '["",""]', []],
    ["something else", '[{"role":"user"}]', []],
    ["cut off", '["Be kind.","a', []],
  ])("reads prompts without roles: %s", (_what, value, messages) => {
    const call = read({ "gen_ai.operation.name": "chat", "gen_ai.prompt": value }) as ModelOperation;
    expect(call.input.messages.map(({ role, text }) => `${role}: ${text}`)).toEqual(messages);
  });
});
