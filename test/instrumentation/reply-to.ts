import { z } from "zod";
import type { ScriptedReply, ScriptedRequest } from "../../examples/scripted-model.mjs";

const bodySchema = z.object({ model: z.string(), messages: z.array(z.object({ role: z.string() })).default([]) });

interface Asked {
  readonly lastRole: string | undefined;
  readonly isRetry: boolean;
}

const hello: ScriptedReply = {
  message: { content: "Hello, how are you?" },
  usage: {
    prompt_tokens: 40,
    completion_tokens: 6,
    prompt_tokens_details: { cached_tokens: 16 },
    completion_tokens_details: { reasoning_tokens: 2 },
  },
};

const call = (id: string, city: string): { id: string; name: string; arguments: object } => ({
  id,
  name: "weather",
  arguments: { city },
});

const continuation = (choices: readonly object[]): object => ({
  id: "cmpl-1",
  object: "text_completion",
  model: "continues-1",
  choices,
  usage: { prompt_tokens: 4, completion_tokens: 5, total_tokens: 9 },
});

const replies: Readonly<Record<string, (asked: Asked) => ScriptedReply>> = {
  hello: () => hello,
  json: () => ({ message: { content: '{"answer":42}' } }),
  hang: () => ({ message: { content: "I cannot stop to talk about the weather in Faro" }, hang: true }),
  drop: () => ({ message: { content: "I cannot stop to talk about the weather in Faro" }, drop: true }),
  silent: () => ({ hang: true }),
  vanish: () => ({ drop: true }),
  "two-choices": () => ({
    body: {
      id: "chatcmpl-two",
      object: "chat.completion",
      model: "two-choices",
      choices: [
        { index: 0, finish_reason: "stop", message: { role: "assistant", content: "one" } },
        { index: 1, finish_reason: "length", message: { role: "assistant", content: "two" } },
      ],
    },
  }),
  "two-tools": () => ({
    message: { content: "Let me look.", tool_calls: [call("call_faro", "Faro"), call("call_lagos", "Lagos")] },
  }),
  "tool-then-text": ({ lastRole }) =>
    lastRole === "tool" ? hello : { message: { tool_calls: [call("call_faro", "Faro")] } },
  "two-tools-then-text": ({ lastRole }) =>
    lastRole === "tool" ? hello : { message: { tool_calls: [call("call_faro", "Faro"), call("call_lagos", "Lagos")] } },
  "researching-then-text": ({ lastRole }) =>
    lastRole === "tool"
      ? hello
      : { message: { tool_calls: [{ id: "call_research", name: "research", arguments: { input: "tents" } }] } },
  "hands-over": () => ({
    message: { tool_calls: [{ id: "call_billing", name: "transfer_to_Billing", arguments: {} }] },
  }),
  embedding: () => ({
    body: {
      object: "list",
      model: "embedding-1",
      // Two numbers, 0.5 and -2, as base64.
      data: [{ object: "embedding", index: 0, embedding: "AAAAPwAAAMA=" }],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    },
  }),
  continues: () => ({ body: continuation([{ index: 0, text: " there was a tent.", finish_reason: "stop" }]) }),
  "continues-streamed": () => ({
    body: [
      continuation([{ index: 0, text: " upon", finish_reason: null }]),
      continuation([{ index: 1, text: " more", finish_reason: "stop" }]),
      continuation([{ index: 0, text: " a time", finish_reason: "length" }]),
    ]
      .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
      .join(""),
  }),
  "bad-request": () => ({
    status: 400,
    body: { error: { message: "no such thing", type: "invalid_request_error", code: "bad_thing" } },
  }),
  researching: () => ({
    message: { tool_calls: [{ id: "call_research", name: "research", arguments: { topic: "tents" } }] },
  }),
  leaky: () => ({
    status: 400,
    body: { error: { message: "you asked secret-question", type: "invalid_request_error" } },
  }),
  "too-many-requests": ({ isRetry }) =>
    isRetry ? hello : { status: 429, headers: { "retry-after-ms": "1" }, body: { error: { message: "slow down" } } },
};

/** What the model of the fixtures says, by the name of the model that is asked. */
export function replyTo({ body, headers }: ScriptedRequest): ScriptedReply {
  const { model, messages } = bodySchema.parse(body);
  const reply = replies[model];
  if (reply === undefined) throw new Error(`no reply for ${model}`);
  return reply({ lastRole: messages.at(-1)?.role, isRetry: headers["x-stainless-retry-count"] !== "0" });
}
