import { describe, expect, it } from "vitest";
import type { ModelOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

type Attributes = Readonly<Record<string, AttributeValue>>;

const MARK = { "metadata.user_api_key_hash": "" };
const read = (attributes: Attributes, name = "litellm_request") => readOne(spanAt({ id: 1, at: 0, name }, attributes));
const readCall = (attributes: Attributes) =>
  read({ ...MARK, "gen_ai.operation.name": "chat", ...attributes }) as ModelOperation;

describe("LiteLLM", () => {
  it.each<[string, Attributes, string?]>([
    ["model", { ...MARK, "gen_ai.operation.name": "chat" }],
    ["model", { ...MARK, "gen_ai.operation.name": "acompletion" }],
    ["model", { ...MARK, "gen_ai.operation.name": "aresponses" }],
    ["model", { ...MARK, "gen_ai.operation.name": "anthropic_messages" }],
    ["model", { ...MARK, "llm.request.type": "acompletion" }],
    ["model", { hidden_params: "{}", "llm.request.type": "completion" }, "POST /chat"],
    ["model", { "litellm.call_id": "c", "gen_ai.operation.name": "chat" }, "chat gpt-4o"],
    ["tool", { "litellm.call_id": "c", "gen_ai.operation.name": "execute_tool" }, "tools/call x"],
    ["other", { ...MARK, "gen_ai.operation.name": "aembedding" }],
    ["other", { ...MARK, "llm.request.type": "image_generation" }],
    ["other", { ...MARK, "gen_ai.operation.name": "chat" }, "raw_gen_ai_request"],
    ["other", {}, "Received Proxy Server Request"],
    [
      "other",
      { "litellm.call_id": "c", "gen_ai.operation.name": "chat", "litellm.request.purpose": "autorouter_classifier" },
    ],
  ])("%s: %o %s", (kind, attributes, name) => {
    expect(read(attributes, name)).toMatchObject({ kind, dialect: "litellm" });
  });

  it("takes calls without ids only where the messages have none", () => {
    const flat = {
      "gen_ai.completion.0.function_call.name": "get_order",
      "gen_ai.completion.0.function_call.arguments": '{"id":1}',
      "gen_ai.completion.1.function_call.name": "get_order",
      "gen_ai.completion.1.function_call.arguments": '{"id":2}',
    };
    const text = '[{"role":"assistant","parts":[{"type":"text","content":"Let me look."}]}]';
    const beside =
      '[{"role":"assistant","parts":[],"tool_calls":[{"id":"c","function":{"name":"get_order","arguments":"{}"}}]}]';
    const callsOf = (attributes: Attributes) => readCall(attributes).output.flatMap(({ calls }) => calls);
    const calls = [
      { name: "get_order", arguments: { id: 1 } },
      { name: "get_order", arguments: { id: 2 } },
    ];
    expect(callsOf(flat)).toEqual(calls);
    expect(callsOf({ ...flat, "gen_ai.output.messages": text })).toEqual(calls);
    expect(readCall({ ...flat, "gen_ai.output.messages": text }).output[0]?.text).toBe("Let me look.");
    expect(callsOf({ ...flat, "gen_ai.output.messages": beside })).toEqual([
      { id: "c", name: "get_order", arguments: {} },
    ]);
  });

  it.each<[string, Attributes, number | undefined]>([
    ["as the first version writes it", { "gen_ai.cost.total_cost": 0.5 }, 0.5],
    ["as the second writes it", { "litellm.cost.total": 0.5 }, 0.5],
    ["unknown", { "litellm.cost.total": 0 }, undefined],
  ])("says what it cost: %s", (_how, attributes, cost) => {
    expect(readCall(attributes).costUsd).toBe(cost);
  });

  it.each(["llm.request.functions", "gen_ai.tool"])("offers tools under %s", (prefix) => {
    const { tools } = readCall({
      [`${prefix}.0.name`]: "get_order",
      [`${prefix}.0.description`]: "Looks up.",
      [`${prefix}.0.parameters`]: '{"type":"object"}',
      [`${prefix}.1.name`]: "refund_order",
      [`${prefix}.3.name`]: "behind a gap",
    });
    expect(tools).toEqual([
      { name: "get_order", description: "Looks up.", parameters: { type: "object" } },
      { name: "refund_order" },
    ]);
  });

  it.each<[Attributes, string | undefined]>([
    [{ "llm.user": "a", "metadata.user_api_key_end_user_id": "b" }, "a"],
    [{ "litellm.end_user.id": "d" }, "d"],
    [{ "metadata.user_api_key_end_user_id": "b", "metadata.user_api_key_user_id": "c" }, "b"],
    [{ "metadata.user_api_key_end_user_id": "", "metadata.user_api_key_user_id": "c" }, "c"],
  ])("knows the customer before the key's owner: %o", (attributes, userId) => {
    expect(readCall(attributes).userId).toBe(userId);
  });
});
