import OpenAI from "openai";
import { afterEach, expect, it } from "vitest";
import { type ScriptedModel, type ScriptedReply, startScriptedModel } from "../../examples/scripted-model.mjs";

let model: ScriptedModel;
afterEach(async () => model.close());

async function clientOf(reply: ScriptedReply): Promise<OpenAI> {
  model = await startScriptedModel(() => reply);
  return new OpenAI({ baseURL: model.url, apiKey: "test", maxRetries: 0 });
}

const messages = [{ role: "user" as const, content: "hi" }];
const reply: ScriptedReply = {
  message: { content: "Let me look.", tool_calls: [{ id: "call_1", name: "look", arguments: { at: "it" } }] },
  usage: { prompt_tokens: 7, completion_tokens: 3 },
};

it("says the same in all four shapes that a client can ask for", async () => {
  const client = await clientOf(reply);
  const whole = await client.chat.completions.create({ model: "m", messages });
  const stream = client.chat.completions.stream({ model: "m", messages, stream_options: { include_usage: true } });
  const streamed = await stream.finalChatCompletion();
  const response = await client.responses.create({ model: "m", input: "hi" });
  const streamedResponse = await client.responses.stream({ model: "m", input: "hi" }).finalResponse();
  for (const completion of [whole, streamed]) {
    expect(completion.choices[0]?.message).toMatchObject({
      content: "Let me look.",
      tool_calls: [{ id: "call_1", function: { name: "look", arguments: '{"at":"it"}' } }],
    });
    expect(completion.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 });
  }
  for (const answer of [response, streamedResponse]) {
    expect(answer.output_text).toBe("Let me look.");
    expect(answer.output[1]).toMatchObject({ type: "function_call", call_id: "call_1", arguments: '{"at":"it"}' });
    expect(answer.usage).toMatchObject({ input_tokens: 7, output_tokens: 3 });
  }
  expect(model.requests.map(({ number, path }) => `${number} ${path}`)).toEqual([
    "1 /v1/chat/completions",
    "2 /v1/chat/completions",
    "3 /v1/responses",
    "4 /v1/responses",
  ]);
  expect(model.requests[0]?.body).toMatchObject({ messages });
});

it("sends usage with a stream only to those who ask for it", async () => {
  const client = await clientOf(reply);
  const usages = [];
  for await (const chunk of await client.chat.completions.create({ model: "m", messages, stream: true }))
    usages.push(chunk.usage);
  expect(new Set(usages)).toEqual(new Set([undefined]));
});

it.each([
  {
    name: "a status with a JSON body",
    reply: { status: 418, body: { error: { message: "teapot" } } },
    error: "418 teapot",
  },
  { name: "a raw body", reply: { body: "{broken", headers: { "content-type": "application/json" } }, error: /JSON/ },
  { name: "a dropped connection", reply: { drop: true as const }, error: "Connection error." },
])("fails as told: $name", async ({ reply, error }) => {
  const client = await clientOf(reply);
  await expect(client.chat.completions.create({ model: "m", messages })).rejects.toThrow(error);
});

it("takes its time, or all of it", async () => {
  const slow = await clientOf({ ...reply, delayMs: 100 });
  const startedAt = performance.now();
  await slow.chat.completions.create({ model: "m", messages });
  expect(performance.now() - startedAt).toBeGreaterThan(95);
  await model.close();
  const silent = await clientOf({ hang: true });
  await expect(silent.chat.completions.create({ model: "m", messages }, { timeout: 100 })).rejects.toThrow("timed out");
});
