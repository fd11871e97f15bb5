/** How a session was built, for reading in a terminal or in a report. Pure; nothing that was said is in it, unless asked for. */
import type { Explanation } from "../api-client.ts";
import { toPrintableLine } from "./printable.ts";
import { count, integer, money } from "./quantities.ts";
import type { Layout } from "./render-block.ts";
import { line, spanName } from "./render-line.ts";
import { renderSpans } from "./render-spans.ts";

type Turn = Explanation["turns"][number];
type ModelCall = Turn["model_calls"][number];
type ToolCall = Turn["tool_calls"][number];
type Text = Turn["user_text"];

export function renderExplanation(explanation: Explanation, layout: Layout): string {
  const { turns, omitted } = explanation;
  const lines = [
    ...renderHead(explanation, layout),
    "",
    ...renderTraces(explanation, layout),
    ...turns.flatMap((turn) => ["", ...renderTurn(turn, layout)]),
    ...(omitted.turns > 0 ? ["", `${count(omitted.turns, "more turn")} not shown, see --json`] : []),
    "",
    ...renderSpans(explanation, layout),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function renderHead(
  { session, source, version, conversation, unpriced_calls, calls_without_usage }: Explanation,
  layout: Layout,
): string[] {
  const { paint } = layout;
  const named = { attribute: "named by", embedded: "named inside", none: "" }[conversation.by];
  const from = conversation.source;
  const id =
    conversation.id === undefined
      ? "no span names the conversation; its traces were put together by what they share"
      : `${conversation.id}, ${named} ${from === undefined ? "the store" : `${from.keys.join(", ")} of ${spanName(from)}`}`;
  return [
    `${paint("bold", `How session ${toPrintableLine(session)} was built`)}  turnwise ${version}`,
    ...line("source", source, layout),
    ...line("conversation", id, layout),
    ...line(
      "tokens",
      calls_without_usage === 0 ? "" : `${count(calls_without_usage, "model call")} did not report any`,
      layout,
    ),
    ...line(
      "cost",
      unpriced_calls === 0 ? "" : `unknown: ${count(unpriced_calls, "model call")} without a price`,
      layout,
    ),
  ];
}

function renderTraces({ traces }: Explanation, layout: Layout): string[] {
  return traces.slice(0, maxTraces).flatMap((trace) => {
    const shared = trace.shared_messages === undefined ? "" : ` (${trace.shared_messages})`;
    return line(
      "trace",
      `${trace.trace_id}, ${count(trace.spans, "span")}: ${traceReasons[trace.because]}${shared}`,
      layout,
    );
  });
}

const maxTraces = 50;

const traceReasons: Readonly<Record<Explanation["traces"][number]["because"], string>> = {
  conversation_id: "has the conversation's id",
  first: "the first",
  shared_messages: "repeats messages of the traces before",
  same_user: "a guess: the same user of the same service, soon after",
  joined: "joined earlier",
  other_conversation: "of another conversation; not used",
};

const starts: Readonly<Record<Turn["start"], string>> = {
  first_call: "it has the first model call",
  user_message: "the last message of its first call is the user's",
  lost_user_message: "its first call ends with the answer before: the user's message was lost",
  new_trace: "a new trace; what its first call was given is not known to the end",
  new_agent_run: "the agent runs again; what its first call was given is not known to the end",
  wrapper: "an agent's span without model calls",
  history: "no span was seen; later calls repeat it",
};

function renderTurn(turn: Turn, layout: Layout): string[] {
  const marks = [...turn.flags, ...(turn.aborted ? ["aborted"] : [])].join(", ");
  return [
    `${layout.paint("bold", `Turn ${turn.turn}`)}  ${marks}`,
    ...line("starts", starts[turn.start], layout),
    ...line("user", textOrigin(turn.user_text), layout),
    ...turn.model_calls.flatMap((call) => renderModelCall(call, layout)),
    ...turn.tool_calls.flatMap((call) => renderToolCall(call, layout)),
    ...line("reply", textOrigin(turn.reply), layout),
    ...turn.attempts.flatMap((span) => line("attempt", `${spanName(span)} failed, and was tried again`, layout)),
    ...turn.losses.flatMap((loss) => line("lost", lossText(loss), layout)),
  ];
}

function textOrigin({ from, characters, source }: Text): string {
  if (from === "nowhere") return "nowhere to be found";
  const size = count(characters, "character");
  if (from === "history") return `${size}, from what later calls repeat`;
  const what = from === "wrapper" ? "the agent around the calls" : "the model call";
  return source === undefined
    ? `${size}, from ${what}`
    : `${size}, from ${what} ${spanName(source)}: ${keyList(source.keys)}`;
}

function renderModelCall(call: ModelCall, layout: Layout): string[] {
  const { usage, usage_source: source } = call;
  const used =
    usage === undefined
      ? "none reported"
      : `${integer(usage.input_tokens)} in (${integer(usage.cached_input_tokens)} cached), ${integer(usage.output_tokens)} out, from ${keyList(source?.keys ?? [])}`;
  const elsewhere = source === undefined || source.span_id === call.span_id ? "" : ` of ${spanName(source)}`;
  const cut = call.input.truncated ? ", cut" : "";
  return [
    ...line("model call", `${spanName(call)}, read as ${call.dialect ?? "nothing known"}`, layout),
    ...line("  input", `${count(call.input.messages, "message")}${cut}: ${keyList(call.input.keys)}`, layout),
    ...line("  output", `${count(call.output.messages, "message")}: ${keyList(call.output.keys)}`, layout),
    ...line("  tokens", `${used}${elsewhere}`, layout),
    ...line("  cost", costText(call), layout),
    ...(call.error === undefined ? [] : line("  error", keyList(call.error.keys), layout)),
  ];
}

const unpriced = {
  no_usage: "unknown: no tokens reported",
  no_model: "unknown: no model named",
  no_price: "unknown: no price for",
  service_tier: "unknown: a service tier with prices of its own",
};

function costText({ cost, cost_keys, is_free, provider, response_model, model }: ModelCall): string {
  if ("unpriced" in cost) {
    if (is_free) return "none: it failed";
    const served = `${response_model ?? model ?? ""} of ${provider ?? "an unknown provider"}`;
    return cost.unpriced === "no_price" ? `${unpriced.no_price} ${served}` : unpriced[cost.unpriced];
  }
  if (cost.from === "span") return `${money(cost.cost_usd)}, as the span says: ${keyList(cost_keys)}`;
  const dated = cost.price.as_of === undefined ? "" : ` of ${cost.price.as_of}`;
  return `${money(cost.cost_usd)}, at the price of ${cost.price.models.join(", ")} in ${cost.price.table}${dated}`;
}

const origins = { output: "the model's answer", history: "what later calls repeat", tool_span: "the tool's span" };

function renderToolCall(call: ToolCall, layout: Layout): string[] {
  const span = call.span === undefined ? "no span of its own" : `${spanName(call.span)}: ${keyList(call.keys)}`;
  const outcome = call.error ?? call.result;
  return [
    ...line(
      "tool call",
      `${call.name}${call.id === undefined ? "" : ` (${call.id})`}, from ${origins[call.call]}`,
      layout,
    ),
    ...line("  span", span, layout),
    ...line("  arguments", `from ${origins[call.arguments]}`, layout),
    ...line(
      call.error === undefined ? "  result" : "  error",
      outcome === undefined ? "nowhere to be found" : `from ${origins[outcome]}`,
      layout,
    ),
    ...line("  sub-agent", call.sub_agent_spans === 0 ? "" : count(call.sub_agent_spans, "span"), layout),
  ];
}

const losses: Readonly<Record<Turn["losses"][number]["kind"], string>> = {
  content_off: "carries no message: content capture is off, or was cut away",
  redacted: "values replaced by placeholders",
  truncated: "the list of messages was cut by a size limit",
  dropped_attributes: "attributes dropped by the sender's limit (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT)",
  failed: "failed, and says nothing",
};

function lossText(loss: Turn["losses"][number]): string {
  return `${spanName(loss)}: ${loss.count === undefined ? "" : `${integer(loss.count)} `}${losses[loss.kind]}`;
}

const keyList = (keys: readonly string[]): string => (keys.length === 0 ? "nothing" : keys.join(", "));
