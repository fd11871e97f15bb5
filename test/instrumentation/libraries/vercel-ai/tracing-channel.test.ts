/** What version 7 publishes on its channel, as its own publisher does it: `tracePromise`, with the message as the context. */
import { tracingChannel } from "node:diagnostics_channel";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GuardError, maxSteps } from "../../../../instrumentation/src/guards/guards.ts";
import { patchModel } from "../../../../instrumentation/src/libraries/vercel-ai/patch-model.ts";
import { followTracingChannel } from "../../../../instrumentation/src/libraries/vercel-ai/tracing-channel.ts";
import { withGuards } from "../../../../instrumentation/src/with-guards.ts";
import { type Recording, recordSpans } from "../../record-spans.ts";

const asked = {
  callId: "call",
  provider: "homemade.chat",
  modelId: "parrot",
  instructions: "Be brief.",
  messages: [{ role: "user", content: "hi" }],
  temperature: 0.5,
};
const answer = {
  content: [{ type: "text", text: "hello" }],
  finishReason: { unified: "stop", raw: "stop" },
  usage: { inputTokens: { total: 3 }, outputTokens: { total: 2 } },
};

async function publish<T>(type: string, event: object, fn: () => Promise<T>): Promise<T> {
  return tracingChannel("ai:telemetry").tracePromise(fn, { type, event });
}
const callModel = async <T>(fn: () => Promise<T>, event: object = asked): Promise<T> =>
  publish("languageModelCall", event, fn);

let recording: Recording;
beforeAll(() => {
  followTracingChannel();
  followTracingChannel();
});
beforeEach(() => {
  recording = recordSpans();
});
afterEach(() => recording.stop());

const recorded = (): unknown[] =>
  recording
    .spans()
    .map(({ name, attributes, status }) => [
      name,
      attributes["gen_ai.output.messages"] ?? attributes["gen_ai.tool.call.result"],
      status.message,
    ]);
const hello = '[{"role":"assistant","parts":[{"type":"text","content":"hello"}],"finish_reason":"stop"}]';

describe("a model call that the channel is told of", () => {
  it("is recorded once, with what was asked and answered", async () => {
    expect(await callModel(async () => answer)).toBe(answer);
    expect(recorded()).toEqual([["chat parrot", hello, undefined]]);
    expect(recording.spans()[0]?.attributes).toMatchObject({
      "gen_ai.provider.name": "homemade",
      "gen_ai.request.model": "parrot",
      "gen_ai.request.temperature": 0.5,
      "gen_ai.system_instructions": '[{"type":"text","content":"Be brief."}]',
      "gen_ai.input.messages": '[{"role":"user","parts":[{"type":"text","content":"hi"}]}]',
      "gen_ai.usage.input_tokens": 3,
      "gen_ai.usage.output_tokens": 2,
    });
  });

  it("is recorded once when the model is one that is patched", async () => {
    const model = { modelId: "parrot", doGenerate: async () => answer, doStream: async () => ({}) };
    expect(patchModel(model)).toBe(true);
    await callModel(async () => model.doGenerate());
    expect(recorded()).toEqual([["chat parrot", hello, undefined]]);
  });

  it("ends when its stream has been read", async () => {
    const parts = [
      { type: "text-delta", id: "1", delta: "hello" },
      { type: "finish", ...answer },
    ];
    const { stream } = await callModel(async () => ({ stream: ReadableStream.from(parts) }));
    expect(recorded()).toEqual([]);
    const read: unknown[] = [];
    for await (const part of stream) read.push(part);
    expect(read).toEqual(parts);
    expect(recorded()).toEqual([["chat parrot", hello, undefined]]);
  });

  it("fails with the model's error", async () => {
    const error = new Error("overloaded");
    await expect(callModel(async () => Promise.reject(error))).rejects.toBe(error);
    expect(recorded()).toEqual([["chat parrot", undefined, "overloaded"]]);
  });

  it.each(["recordInputs", "recordOutputs"])("is recorded without content when %s is off", async (setting) => {
    await callModel(async () => answer, { ...asked, [setting]: false });
    expect(recorded()).toEqual([["chat parrot", undefined, undefined]]);
    expect(recording.spans()[0]?.attributes).not.toHaveProperty(["gen_ai.input.messages"]);
  });

  it("shares its trace with the other calls of one generateText", async () => {
    await publish("generateText", { functionId: "greeter" }, async () => {
      await callModel(async () => answer);
      await callModel(async () => answer, { ...asked, messages: [...asked.messages, { role: "tool", content: [] }] });
    });
    const [first, second] = recording.spans();
    expect(first?.attributes["gen_ai.agent.name"]).toBe("greeter");
    expect(first?.spanContext().traceId).toBe(second?.spanContext().traceId);
  });

  it("is not made when a guard does not allow it", async () => {
    let calls = 0;
    const doGenerate = async (): Promise<object> => {
      calls += 1;
      return answer;
    };
    const model = { modelId: "parrot", doGenerate, doStream: doGenerate };
    patchModel(model);
    const twice = async (): Promise<void> => {
      await callModel(async () => model.doGenerate());
      await callModel(async () => model.doGenerate());
    };
    await expect(withGuards([maxSteps(1)], twice)).rejects.toBeInstanceOf(GuardError);
    expect(calls).toBe(1);
  });
});

describe("a tool that the channel is told of", () => {
  const event = { callId: "call", toolCall: { toolCallId: "a", toolName: "weather", input: { city: "Faro" } } };
  const use = async (output: object): Promise<unknown> => publish("executeTool", event, async () => ({ output }));

  it("is recorded with its call's id, arguments and result", async () => {
    await use({ type: "tool-result", output: { sky: "sunny" } });
    expect(recorded()).toEqual([["execute_tool weather", '{"sky":"sunny"}', undefined]]);
    expect(recording.spans()[0]?.attributes).toMatchObject({
      "gen_ai.tool.call.id": "a",
      "gen_ai.tool.call.arguments": '{"city":"Faro"}',
    });
  });

  it("has failed when it threw", async () => {
    await use({ type: "tool-error", error: new Error("no station") });
    expect(recorded()).toEqual([["execute_tool weather", undefined, "no station"]]);
  });

  it("is the parent of what it asks a model", async () => {
    await publish("executeTool", event, async () => {
      await callModel(async () => answer);
      return { output: { type: "tool-result", output: "hello" } };
    });
    const [call, tool] = recording.spans();
    expect(call?.parentSpanContext?.spanId).toBe(tool?.spanContext().spanId);
  });
});

it.each([undefined, {}, { type: 7 }, { type: "languageModelCall" }, { type: "executeTool", event: 7 }])(
  "does not disturb what it cannot read: %j",
  async (message) => {
    const result = await tracingChannel("ai:telemetry").tracePromise(async () => "fine", message ?? {});
    expect(result).toBe("fine");
    expect(recording.open()).toBe(0);
  },
);
