// Realistic export requests for the benchmarks, made with our own encoder: 64 spans are 4 traces of one agent root, 4 LLM
// calls (15 attributes, 2 to 8 KB of message JSON), 6 tool calls and 5 plain spans. About 1.9 KB a span.
import { randomBytes } from "node:crypto";
import { encodeSpans } from "../dist/otlp/encode-records.js";

const SPANS_PER_TRACE = 16;
const CALLS_PER_TRACE = 4;
const WORDS = (
  "the a to of and in that order customer refund invoice shipping address confirm please check account balance policy " +
  "because would have been delayed until Monday we can offer a replacement or store credit let me look this up for you " +
  "thank you for waiting your request number is being processed and will arrive within three business days however note"
).split(" ");

/**
 * One ExportTraceServiceRequest. Trace and span ids are random in every call, all else follows from `seed`.
 * With `historyCalls` (20, say) the batches of consecutive seeds continue four conversations, four calls a batch, until
 * each has that many calls; every call repeats all earlier messages in gen_ai.input.messages.
 */
export function makeSpanBatch({ seed, spans = 64, historyCalls }) {
  const random = randomFrom(seed);
  const batches = historyCalls === undefined ? 1 : Math.ceil(historyCalls / CALLS_PER_TRACE);
  const group = Math.floor(seed / batches);
  const firstCall = historyCalls === undefined ? undefined : (seed % batches) * CALLS_PER_TRACE;
  const made = [];
  for (let trace = 0; made.length < spans; trace += 1) {
    const conversation = { id: `conversation-${group}-${trace}`, seed: group * 1000 + trace, firstCall };
    made.push(...traceOf(conversation, random, Math.min(SPANS_PER_TRACE, spans - made.length)));
  }
  return encodeSpans(made).bytes;
}

function traceOf(conversation, random, size) {
  const traceId = hex(16);
  const root = spanOf(traceId, undefined, "invoke_agent support", 1, random, [
    ["gen_ai.operation.name", "invoke_agent"],
    ["gen_ai.agent.name", "support"],
    ["gen_ai.conversation.id", conversation.id],
    ["user.id", `user-${Math.floor(random() * 10_000)}`],
  ]);
  const spans = [root];
  for (let number = 1; number < size; number += 1) {
    if (number <= CALLS_PER_TRACE) spans.push(llmSpan(traceId, root.spanId, conversation, number - 1, random));
    else if (number <= CALLS_PER_TRACE + 6) spans.push(toolSpan(traceId, root.spanId, random));
    else spans.push(plainSpan(traceId, root.spanId, random));
  }
  return spans;
}

function llmSpan(traceId, parentSpanId, conversation, number, random) {
  const input = conversation.firstCall === undefined ? freshInput(random) : historyInput(conversation, number);
  return spanOf(traceId, parentSpanId, "chat gpt-4o-mini", 3, random, [
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.provider.name", "openai"],
    ["gen_ai.conversation.id", conversation.id],
    ["gen_ai.request.model", "gpt-4o-mini"],
    ["gen_ai.response.model", "gpt-4o-mini-2024-07-18"],
    ["gen_ai.response.id", `chatcmpl-${hex(12)}`],
    ["gen_ai.request.temperature", 0.7],
    ["gen_ai.request.max_tokens", 1024n],
    ["gen_ai.response.finish_reasons", ["stop"]],
    ["gen_ai.usage.input_tokens", BigInt(Math.floor(random() * 4000))],
    ["gen_ai.usage.output_tokens", BigInt(Math.floor(random() * 600))],
    ["gen_ai.input.messages", JSON.stringify(input)],
    ["gen_ai.output.messages", JSON.stringify([messageOf("assistant", text(random, 700))])],
    ["server.address", "api.openai.com"],
    ["server.port", 443n],
  ]);
}

/** 1.3 to 7.3 KB. */
function freshInput(random) {
  return [messageOf("system", text(random, 500)), messageOf("user", text(random, 800 + random() * 6000))];
}

/** The call's question after all earlier questions and answers, the same in every call. */
function historyInput(conversation, number) {
  const random = randomFrom(conversation.seed);
  const messages = [messageOf("system", text(random, 850))];
  for (let call = 0; call <= conversation.firstCall + number; call += 1) {
    if (call > 0) messages.push(messageOf("assistant", text(random, 850)));
    messages.push(messageOf("user", text(random, 850)));
  }
  return messages;
}

function messageOf(role, content) {
  return { role, parts: [{ type: "text", content }] };
}

function toolSpan(traceId, parentSpanId, random) {
  return spanOf(traceId, parentSpanId, "execute_tool get_order", 1, random, [
    ["gen_ai.operation.name", "execute_tool"],
    ["gen_ai.tool.name", "get_order"],
    ["gen_ai.tool.type", "function"],
    ["gen_ai.tool.call.id", `call_${hex(12)}`],
    ["gen_ai.tool.call.arguments", JSON.stringify({ order_id: `W${Math.floor(random() * 1e7)}` })],
    ["gen_ai.tool.call.result", JSON.stringify({ status: "shipped", note: text(random, 300) })],
  ]);
}

function plainSpan(traceId, parentSpanId, random) {
  return spanOf(traceId, parentSpanId, "GET /orders/:id", 3, random, [
    ["http.request.method", "GET"],
    ["http.response.status_code", 200n],
    ["url.full", `https://shop.example/orders/W${Math.floor(random() * 1e7)}`],
    ["server.address", "shop.example"],
    ["server.port", 443n],
    ["network.protocol.version", "1.1"],
    ["user_agent.original", "node"],
    ["http.response.body.size", BigInt(Math.floor(random() * 5000))],
  ]);
}

const RESOURCE = {
  attributes: new Map([
    ["service.name", "support-agent"],
    ["service.version", "1.4.2"],
    ["telemetry.sdk.language", "nodejs"],
    ["telemetry.sdk.version", "2.12.1"],
    ["host.name", "agent-7f9c"],
  ]),
  droppedAttributesCount: 0,
  schemaUrl: "",
  entityRefs: [],
};
const SCOPE = { name: "support", version: "1.0.0", attributes: new Map(), droppedAttributesCount: 0, schemaUrl: "" };

function spanOf(traceId, parentSpanId, name, kind, random, attributes) {
  const startTimeUnixNano = 1_790_000_000_000_000_000n + BigInt(Math.floor(random() * 1e12));
  return {
    traceId,
    spanId: hex(8),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    traceState: "",
    flags: 257,
    name,
    kind,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + BigInt(Math.floor(random() * 1e9)),
    status: { code: 0, message: "" },
    attributes: new Map(attributes),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: RESOURCE,
    scope: SCOPE,
  };
}

/** English-looking text of about `length` characters. */
function text(random, length) {
  let words = "";
  while (words.length < length) words += `${WORDS[Math.floor(random() * WORDS.length)]} `;
  return words;
}

function hex(bytes) {
  return randomBytes(bytes).toString("hex");
}

/** mulberry32: the same numbers for the same seed. */
export function randomFrom(seed) {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
