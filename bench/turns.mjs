// Building turns: every model call repeats the whole history, so a naive reader pays for the n-th call n times as much.
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { decodeSpans } from "../dist/otlp/decode-records.js";
import { encodeSpans } from "../dist/otlp/encode-records.js";
import { buildSession } from "../dist/session/build-session.js";
import { benchSpan } from "./bench-span.mjs";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");

const ROUNDS = 25;
const TEXT = "Where is my order, and when will it arrive? I have been waiting for it since last week. ".repeat(4);

/**
 * Of each way of writing messages: what one more call costs, and a session of 200 turns with 400 calls and 200 tools. The
 * flattened way has no goal at n = 100: to tell that hundreds of attributes repeat, each must be compared. OpenTelemetry
 * cuts such spans off after 128 attributes unless it is told otherwise.
 */
export async function run() {
  return Object.entries({ "gen_ai.input.messages": inJson, "llm.input_messages.N": flattened }).flatMap(
    ([name, write]) => {
      const early = costOfCall(write, 10);
      const late = costOfCall(write, 100);
      const long = median(Array.from({ length: 5 }, () => timeOf(turnsWithTools(write, 200))));
      return [
        { name: `${name}: a model call at n = 10`, value: `${early.toFixed(0)} us` },
        { name: `${name}: at n = 100 / at n = 10`, value: late / early, ...(write === inJson ? { goal: "<= 2" } : {}) },
        { name: `${name}: 200 turns`, value: `${long.toFixed(0)} ms`, goal: "< 1000 ms" },
      ];
    },
  );
}

/**
 * Of one call around the n-th: what n more calls cost, from n/2 to 3n/2. The best of several builds counts, because others
 * use the machine, too.
 */
function costOfCall(write, n) {
  const best = (count) => Math.min(...Array.from({ length: ROUNDS }, () => timeOf(calls(write, count))));
  best(n);
  return ((best(n + n / 2) - best(n / 2)) * 1000) / n;
}

/** Milliseconds for one build; the garbage of making the spans is taken out before. */
function timeOf(spans) {
  collectGarbage();
  const started = performance.now();
  buildSession({ spans, logRecords: [] }, { conversationId: "c" });
  return performance.now() - started;
}

/** One call a turn. Spans are decoded from bytes, as in the store: no string is shared between two of them. */
function calls(write, count) {
  const history = [{ role: "system", text: TEXT }];
  return decoded(
    Array.from({ length: count }, (_, at) => {
      history.push({ role: "user", text: `${at} ${TEXT}` });
      const answer = { role: "assistant", text: `${at} It is on its way. ${TEXT}` };
      const span = modelSpan(at, write(history, answer));
      history.push(answer);
      return span;
    }),
  );
}

function turnsWithTools(write, turns) {
  const history = [{ role: "system", text: TEXT }];
  const spans = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const call = { id: `call-${turn}`, name: "get_order", arguments: { order_id: `A-${turn}` } };
    history.push({ role: "user", text: `${turn} ${TEXT}` });
    spans.push(modelSpan(spans.length, write(history, { role: "assistant", call })));
    spans.push(toolSpan(spans.length, call));
    history.push(
      { role: "assistant", call },
      { role: "tool", result: { id: call.id, content: `{"order":"A-${turn}","status":"shipped"}` } },
    );
    const answer = { role: "assistant", text: `${turn} It is on its way. ${TEXT}` };
    spans.push(modelSpan(spans.length, write(history, answer)));
    history.push(answer);
  }
  return decoded(spans);
}

function inJson(history, answer) {
  return [
    ["gen_ai.operation.name", "chat"],
    ["gen_ai.provider.name", "openai"],
    ["gen_ai.input.messages", JSON.stringify(history.map(toParts))],
    ["gen_ai.output.messages", JSON.stringify([toParts(answer)])],
  ];
}

function toParts({ role, text, call, result }) {
  const parts = [];
  if (text !== undefined) parts.push({ type: "text", content: text });
  if (call !== undefined) parts.push({ type: "tool_call", ...call });
  if (result !== undefined) parts.push({ type: "tool_call_response", id: result.id, response: result.content });
  return { role, parts };
}

function flattened(history, answer) {
  return [
    ["openinference.span.kind", "LLM"],
    ...history.flatMap((message, at) => flatten(`llm.input_messages.${at}.message`, message)),
    ...flatten("llm.output_messages.0.message", answer),
  ];
}

function flatten(prefix, { role, text, call, result }) {
  const entries = [[`${prefix}.role`, role]];
  if (text !== undefined) entries.push([`${prefix}.content`, text]);
  if (call !== undefined) {
    entries.push([`${prefix}.tool_calls.0.tool_call.id`, call.id]);
    entries.push([`${prefix}.tool_calls.0.tool_call.function.name`, call.name]);
    entries.push([`${prefix}.tool_calls.0.tool_call.function.arguments`, JSON.stringify(call.arguments)]);
  }
  if (result !== undefined) entries.push([`${prefix}.content`, result.content], [`${prefix}.tool_call_id`, result.id]);
  return entries;
}

function modelSpan(at, attributes) {
  return span(at, "chat", [
    ["gen_ai.conversation.id", "c"],
    ["gen_ai.request.model", "gpt-4o-mini"],
    ["gen_ai.usage.input_tokens", 100n],
    ...attributes,
  ]);
}

function toolSpan(at, call) {
  return span(at, `execute_tool ${call.name}`, [
    ["gen_ai.conversation.id", "c"],
    ["gen_ai.operation.name", "execute_tool"],
    ["gen_ai.tool.name", call.name],
    ["gen_ai.tool.call.id", call.id],
    ["gen_ai.tool.call.result", `{"order":"${call.arguments.order_id}","status":"shipped"}`],
  ]);
}

function span(at, name, attributes) {
  const id = (at + 1).toString(16);
  return benchSpan(id.padStart(32, "0"), id.padStart(16, "0"), name, at, attributes);
}

function decoded(spans) {
  return decodeSpans(encodeSpans(spans));
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.table(await run());
