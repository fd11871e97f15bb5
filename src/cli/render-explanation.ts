/** How a session was built, for reading in a terminal or in a report. Pure; nothing that was said is in it, unless asked for. */
import type { Explanation } from "@turnwise/client";
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
    ...renderDamaged(explanation, layout),
    ...turns.flatMap((turn) => ["", ...renderTurn(turn, layout)]),
    ...(omitted.turns > 0 ? ["", `${count(omitted.turns, "more turn")} not shown, see --json`] : []),
    "",
    ...renderSpans(explanation, layout),
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function renderHead(
  { session, source, version, conversation, user, agent, unpriced_calls, calls_without_usage }: Explanation,
  layout: Layout,
): string[] {
  const { paint } = layout;
  const named = { attribute: "named by", embedded: "named inside", none: "" }[conversation.by];
  const from = conversation.source;
  const id =
    conversation.id === undefined
      ? "no span names it, as gen_ai.conversation.id or session.id would; its traces were put together by what they share"
      : `${conversation.id}, ${named} ${from === undefined ? "the store" : `${from.keys.join(", ")} of ${spanName(from)}`}`;
  return [
    `${paint("bold", `How session ${toPrintableLine(session)} was built`)}  turnwise ${version}`,
    ...line("source", source, layout),
    ...line("conversation", id, layout),
    ...line("user", nameOrigin(user), layout),
    ...line("agent", nameOrigin(agent), layout),
    ...line(
      "tokens",
      calls_without_usage === 0
        ? ""
        : `${count(calls_without_usage, "model call")} did not report any; their sum is that of the others`,
      layout,
    ),
    ...line(
      "cost",
      unpriced_calls === 0 ? "" : `unknown, as that of ${count(unpriced_calls, "model call")} is; each says why`,
      layout,
    ),
  ];
}

const nameOrigin = (source: Explanation["user"]): string =>
  source === undefined ? "no span names one" : `named by ${source.keys.join(", ")} of ${spanName(source)}`;

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

function renderDamaged({ damaged }: Explanation, layout: Layout): string[] {
  const lines = damaged.slice(0, maxDamaged).flatMap(({ kind, number, trace_id, span_id }) => {
    const ids = [
      span_id === undefined ? `number ${number}` : `span ${span_id}`,
      ...(trace_id === undefined ? [] : [`trace ${trace_id}`]),
    ];
    const what = { span: "a span", log_record: "a log record", resource: "a resource", scope: "a scope" }[kind];
    return line(
      "damaged",
      `${what} in the store is not what was written, and is left out: ${ids.join(" of ")}`,
      layout,
    );
  });
  const more = damaged.length - maxDamaged;
  return [...lines, ...(more > 0 ? line("damaged", `${integer(more)} more, see --json`, layout) : [])];
}

const maxDamaged = 20;
const maxTraces = 50;

const traceReasons: Readonly<Record<Explanation["traces"][number]["because"], string>> = {
  conversation_id: "has the conversation's id",
  first: "the first",
  same_response: "goes on from a response of the traces before, or has one of their requests",
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
    ...line(
      "answers anew",
      turn.regenerates_turn === undefined ? "" : `turn ${turn.regenerates_turn}: same history, same user text`,
      layout,
    ),
    ...line("user", textOrigin(turn.user_text), layout),
    ...line(
      "attached",
      turn.attachments === 0 ? "" : `${count(turn.attachments, "part")} that are no text, described and not kept`,
      layout,
    ),
    ...turn.model_calls.flatMap((call) => renderModelCall(call, layout)),
    ...turn.tool_calls.flatMap((call) => renderToolCall(call, layout)),
    ...line("reply", textOrigin(turn.reply), layout),
    ...turn.attempts.flatMap((span) => line("attempt", `${spanName(span)} failed, and was tried again`, layout)),
    ...turn.losses.flatMap((loss) => line("lost", lossText(loss), layout)),
    ...turn.carried.flatMap((span) => line("carried", carriedText(span), layout)),
  ];
}

const reasons: Readonly<Record<NonNullable<Text["because"]>, string>> = {
  content_off: "no call carries content",
  redacted: "placeholders stand for it",
  truncated: "the list of messages that should end with it is cut",
  dropped_attributes: "attributes were dropped",
  failed: "the model call failed",
  lost_user_message: "the first call ends with the answer before",
  aborted: "the answer was stopped",
  asked_for_tools: "the last call asked for tools, and no later one was seen",
  no_model_call: "there is no model call, and the agents do not say it",
  not_recorded: "no call of the turn and no later one says it",
};

function textOrigin({ from, characters, source, because }: Text): string {
  if (from === "nowhere") return `nowhere to be found: ${reasons[because ?? "not_recorded"]}`;
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
      : `${integer(usage.input_tokens)} in${cachedPart(usage.cached_input_tokens)}, ${integer(usage.output_tokens)} out, from ${keyList(source?.keys ?? [])}`;
  const elsewhere = source === undefined || source.span_id === call.span_id ? "" : ` of ${spanName(source)}`;
  const cut = call.input.truncated ? ", cut" : "";
  return [
    ...line("model call", `${spanName(call)}, read as ${call.dialect ?? "nothing known"}`, layout),
    ...line("  input", `${messageCount(call.input)}${cut}${keyPart(call.input.keys)}`, layout),
    ...line("  output", `${messageCount(call.output)}${keyPart(call.output.keys)}`, layout),
    ...line("  tokens", `${used}${elsewhere}`, layout),
    ...line("  cost", costText(call), layout),
    ...(call.error === undefined ? [] : line("  error", keyList(call.error.keys), layout)),
  ];
}

/** Many libraries do not say; then nobody knows that it was none. */
const cachedPart = (cached: number): string => (cached === 0 ? "" : ` (${integer(cached)} cached)`);

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
  const own = call.provider_run ? "none: the model's provider ran it" : "no span of its own";
  const span = call.span === undefined ? own : `${spanName(call.span)}: ${keyList(call.keys)}`;
  const outcome = call.error ?? call.result;
  return [
    ...line(
      "tool call",
      `${call.name}${call.id === undefined ? "" : ` (${call.id})`}, from ${origins[call.call]}`,
      layout,
    ),
    ...line("  span", span, layout),
    ...line("  arguments", partText("arguments", call.arguments, call), layout),
    ...line(call.error === undefined ? "  result" : "  error", partText("result", outcome, call), layout),
    ...line("  sub-agent", call.sub_agent_spans === 0 ? "" : count(call.sub_agent_spans, "span"), layout),
  ];
}

const losses: Readonly<Record<Turn["losses"][number]["kind"], string>> = {
  content_off: "carries no content: capturing it is off, or it was cut away",
  redacted: "values replaced by placeholders",
  truncated: "the list of messages is cut: the sender limits attributes or their length",
  dropped_attributes: "attributes dropped by the sender's limit (OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT)",
  failed: "failed, and has no answer",
};

function lossText(loss: Turn["losses"][number]): string {
  const keys = loss.keys === undefined ? "" : ` (${keyList(loss.keys)})`;
  return `${spanName(loss)}: ${loss.count === undefined ? "" : `${integer(loss.count)} `}${losses[loss.kind]}${keys}`;
}

/** Of a list in which no message was found it is of interest what the span has instead. */
function carriedText(span: Turn["carried"][number]): string {
  const attributes = span.attributes.map(({ key, type, size, redacted, read_for }) => {
    const read = read_for.length === 0 ? "" : `, read for ${read_for.join(", ")}`;
    return `${key} (${type} of ${integer(size)}${redacted ? ", redacted" : ""}${read})`;
  });
  const events = span.events.length === 0 ? [] : [`events ${span.events.join(", ")}`];
  const held = [...attributes, ...events];
  return `${spanName(span)}: ${held.length === 0 ? "no text that is not something else" : held.join(", ")}`;
}

function messageCount({ messages, empty }: ModelCall["output"]): string {
  const hollow = empty === 0 ? "" : empty === messages ? " without content" : `, ${integer(empty)} without content`;
  return `${count(messages, "message")}${hollow}`;
}

const keyPart = (keys: readonly string[]): string => (keys.length === 0 ? "" : `: ${keys.join(", ")}`);

function partText(part: "arguments" | "result", from: ToolCall["call"] | undefined, { cut }: ToolCall): string {
  if (from === undefined) return part === "arguments" ? "none, or not recorded" : "nowhere to be found";
  return `from ${origins[from]}${cut.includes(part) ? ", cut by a size limit" : ""}`;
}

const keyList = (keys: readonly string[]): string => (keys.length === 0 ? "nothing" : keys.join(", "));
