/** Cuts the model calls of a conversation into turns. Every call repeats the history: a turn is not a call. */
import { isReply, isUserText } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { AgentOperation } from "../dialects/operation.ts";
import { hasContent, hasOutput, isAnswerOf, lastUserText } from "./call.ts";
import type { Call } from "./call.ts";
import { messageKey } from "./message-key.ts";
import type { SpanTree } from "./span-tree.ts";

/**
 * Why a turn starts: its call is the first; the user spoke; the answer before stands last (or answers to calls of another
 * turn), so the user's message was lost; the end of the input is unknown, and another trace or run of the agent begins.
 */
export type CallStart = "first_call" | "user_message" | "lost_user_message" | "new_trace" | "new_agent_run";

export interface SplitTurn {
  readonly calls: readonly Call[];
  readonly start: CallStart;
  /** Failed attempts at one of the calls, which stands for them. */
  readonly attempts: readonly Call[];
}

/**
 * The calls of each turn; of several attempts at one call the last stands for all. `calls` in their order. `before` are
 * the calls of the turn before; undefined when the first of these calls belongs to it.
 */
export function splitTurns(
  calls: readonly Call[],
  tree: SpanTree,
  before: readonly Call[] = [],
): readonly SplitTurn[] | undefined {
  const turns: { calls: Call[]; start: CallStart; attempts: Call[] }[] = [];
  if (before.length > 0) turns.push({ calls: [...before], start: "first_call", attempts: [] });
  for (const call of calls) {
    const open = turns.at(-1);
    const previous = open?.calls.at(-1);
    if (open !== undefined && previous !== undefined && isRetry(call, previous)) {
      open.attempts.push(...open.calls.splice(-1, 1, call));
      continue;
    }
    const start =
      open === undefined || previous === undefined ? "first_call" : startOf(call, open.calls, previous, tree);
    if (start === undefined) open?.calls.push(call);
    else turns.push({ calls: [call], start, attempts: [] });
  }
  if (before.length === 0) return turns;
  const [open, ...own] = turns;
  return open?.calls.length === before.length && open.calls.at(-1) === before.at(-1) ? own : undefined;
}

/** Some libraries write a span for each attempt, side by side. */
function isRetry(call: Call, previous: Call): boolean {
  const [span, before] = [call.operation.span, previous.operation.span];
  const isSibling = span.traceId === before.traceId && span.parentSpanId === before.parentSpanId;
  const hasFailed = previous.operation.error !== undefined && !hasOutput(previous);
  return isSibling && hasFailed && lastUserText(call.history) === lastUserText(previous.history);
}

/** Undefined when the call goes on with the open turn. */
function startOf(call: Call, open: readonly Call[], previous: Call, tree: SpanTree): CallStart | undefined {
  if (goesOn(call, previous)) return undefined;
  const last = withoutPrefill(call.history, previous).at(-1);
  if (last === undefined || call.operation.input.truncated || !hasContent(call)) {
    if (call.operation.span.traceId !== previous.operation.span.traceId)
      return asksForTools(previous) && isRoot(call) && isRoot(previous) ? undefined : "new_trace";
    return isAnotherRun(call, previous, tree) ? "new_agent_run" : undefined;
  }
  if (last.role === "user") {
    return answersTogether(call, open, tree) || hidesSteps(call, previous) ? undefined : "user_message";
  }
  if (isReply(last)) return "lost_user_message";
  if (!isOfLaterTurn(call, open)) return undefined;
  return userTextsOf(call).length === 0 ? "lost_user_message" : "user_message";
}

/**
 * The provider stopped in the midst of its own tools (Anthropic's `pause_turn`) and is asked to go on: what it had written
 * stands last.
 */
function goesOn({ operation, history }: Call, previous: Call): boolean {
  const last = operation.input.messages.at(-1);
  if (last?.role !== "assistant" || lastUserText(history) !== lastUserText(previous.history)) return false;
  return previous.operation.finishReason === "pause_turn" || hasOpenUse(last);
}

function hasOpenUse({ others = [] }: Message): boolean {
  const answered = new Set(others.flatMap(({ result }) => result?.id ?? []));
  return others.some(({ call }) => call?.id !== undefined && !answered.has(call.id));
}

/** Where each call is a trace of its own, a trace says nothing about turns. */
function isRoot({ operation }: Call): boolean {
  return operation.span.parentSpanId === undefined;
}

/** The same agent once more: a trace may be as long as a connection. */
function isAnotherRun(call: Call, previous: Call, tree: SpanTree): boolean {
  const [run, before] = [call, previous].map(({ operation }) => tree.get(operation)?.agents.at(-1));
  return run !== undefined && before !== undefined && run !== before && nameOf(run) === nameOf(before);
}

function nameOf({ agentName, span }: AgentOperation): string {
  return agentName ?? span.name;
}

/** What comes after such a call has the tools' answers. */
function asksForTools({ calls, operation }: Call): boolean {
  return calls.length > 0 || /^tool/i.test(operation.finishReason ?? "");
}

/** The answer of a tool goes on with the open turn, unless the user has spoken since: the call that heard it first was lost. */
function isOfLaterTurn(call: Call, open: readonly Call[]): boolean {
  const said = userTextsOf(call);
  if (said.length === 0) return answersOthers(call, open);
  const before = open.map(userTextsOf);
  const last = open[0]?.history.at(-1);
  const lost = last !== undefined && isReply(last) ? 1 : 0;
  if (before.some((texts) => texts.length + lost >= said.length)) return false;
  return before.some((texts) => texts.length > 0 && texts.every((text, at) => text === said[at]));
}

/** The provider holds the history, and these are answers to calls of which the open turn, in another trace, knows nothing. */
function answersOthers({ history, operation }: Call, open: readonly Call[]): boolean {
  if (open.some((other) => other.operation.span.traceId === operation.span.traceId)) return false;
  const asked = new Set(open.flatMap(({ calls }) => calls.map(({ id }) => id)));
  const answered = history.flatMap(({ results }) => results.flatMap(({ id }) => id ?? []));
  return answered.length > 0 && answered.every((id) => !asked.has(id));
}

const userTexts = new WeakMap<Call, readonly string[]>();

function userTextsOf(call: Call): readonly string[] {
  const texts = userTexts.get(call) ?? call.history.filter(isUserText).map(({ text }) => text);
  userTexts.set(call, texts);
  return texts;
}

/** Applications put the beginning of the answer into the model's mouth: that is nothing that was said. */
function withoutPrefill(history: readonly Message[], previous: Call): readonly Message[] {
  const last = history.at(-1);
  return last !== undefined && isReply(last) && !isAnswerOf(previous, last.text) ? history.slice(0, -1) : history;
}

/** The same input again after a call that asked for tools: some libraries leave calls and results out of their prompts. */
function hidesSteps(call: Call, previous: Call): boolean {
  const isSibling = call.operation.span.traceId === previous.operation.span.traceId;
  return isSibling && previous.calls.length > 0 && isSameHistory(call, previous);
}

/** One agent asks several models about one user message (a router, then the one that answers): the inputs differ. */
function answersTogether(call: Call, open: readonly Call[], tree: SpanTree): boolean {
  const [first] = open;
  const agent = tree.get(call.operation)?.agents[0];
  if (first === undefined || agent === undefined || tree.get(first.operation)?.agents[0] !== agent) return false;
  if (lastUserText(call.history) !== lastUserText(first.history)) return false;
  const isSame = call.systemPrompt === first.systemPrompt && isSameHistory(call, first);
  const isLater = open.some(
    ({ text }) => text !== "" && call.history.some((message) => isReply(message) && message.text === text),
  );
  return !isSame && !isLater;
}

export function isSameHistory(a: Call, b: Call): boolean {
  if (a.history.length !== b.history.length) return false;
  return a.history.every((message, at) => {
    const other = b.history[at];
    return message === other || (other !== undefined && messageKey(message) === messageKey(other));
  });
}
