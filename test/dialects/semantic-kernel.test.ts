import { describe, expect, it } from "vitest";
import type { AgentOperation } from "../../src/dialects/operation.ts";
import type { AttributeValue } from "../../src/model/span.ts";
import { readOne, spanAt } from "../support/conversation-spans.ts";

const read = (attributes: Readonly<Record<string, AttributeValue>>, scope = "any") => {
  const span = spanAt({ id: 1, at: 0 }, attributes);
  return readOne({ ...span, scope: { ...span.scope, name: scope } });
};

describe("Semantic Kernel", () => {
  it.each([
    ["chat.completions", "model"],
    ["chat.streaming_completions", "model"],
    ["text.completions", "model"],
    ["text.streaming_completions", "model"],
  ])("calls a model %s, under any scope", (operation, kind) => {
    expect(read({ "gen_ai.operation.name": operation })).toMatchObject({ kind, dialect: "semantic_kernel" });
  });

  it.each([
    ["chat", "model", "semantic_kernel.utils.telemetry.model_diagnostics.decorators"],
    ["execute_tool", "tool", "semantic_kernel.functions.kernel_function"],
    ["invoke_agent", "agent", "Microsoft.SemanticKernel.Diagnostics"],
    ["embeddings", "other", "Microsoft.SemanticKernel.Diagnostics"],
  ])("uses the conventions' %s", (operation, kind, scope) => {
    expect(read({ "gen_ai.operation.name": operation }, scope)).toMatchObject({ kind, dialect: "semantic_kernel" });
  });

  it.each<[string, string | undefined]>([
    ["FinishReason.TOOL_CALLS", "tool_calls"],
    ["FinishReason.STOP,FinishReason.STOP", "stop"],
    ['["Stop"]', "Stop"],
    ["[ToolCalls]", "ToolCalls"],
    ["content_filter", "content_filter"],
    ['["N/A"]', undefined],
    ["", undefined],
    ["[]", undefined],
  ])("finish reason %s", (text, finishReason) => {
    const call = read({ "gen_ai.operation.name": "chat.completions", "gen_ai.response.finish_reason": text });
    expect("finishReason" in call ? call.finishReason : undefined).toBe(finishReason);
  });

  it.each<[bigint, bigint, number | undefined]>([
    [100n, 10n, 100],
    [-1n, -1n, undefined],
  ])("early .NET's tokens %i and %i", (prompt, completion, inputTokens) => {
    const call = read({
      "gen_ai.operation.name": "chat.completions",
      "gen_ai.response.prompt_tokens": prompt,
      "gen_ai.response.completion_tokens": completion,
    });
    expect("usage" in call ? call.usage?.inputTokens : undefined).toBe(inputTokens);
  });

  it("early .NET's messages, which are no JSON, do no harm", () => {
    const span = spanAt({ id: 1, at: 0 }, { "gen_ai.operation.name": "chat.completions" });
    const prompt = '[{"role:" user, "content:" Hello}, \n{"role:" assistant, "content:" Hi}]';
    const events = ["prompt", "completion"].map((what) => ({
      name: `gen_ai.content.${what}`,
      timeUnixNano: 0n,
      droppedAttributesCount: 0,
      attributes: new Map([[`gen_ai.${what}`, prompt]]),
    }));
    expect(readOne({ ...span, events })).toMatchObject({ kind: "model", input: { messages: [] } });
  });

  it("says what an agent was asked under a key of its own", () => {
    const asked = '[{"role":"user","content":"Where is A-1?"}]';
    const agent = read(
      { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.invocation_input": asked },
      "semantic_kernel.x",
    );
    expect((agent as AgentOperation).readInput().messages.map(({ text }) => text)).toEqual(["Where is A-1?"]);
  });
});
