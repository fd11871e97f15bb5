/** Cuts the model calls of a conversation into turns. Every call repeats the history: a turn is not a call. */
import { isReply } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import { hasContent, hasOutput, isAnswerOf, lastUserRun } from "./call.ts";
import type { Call } from "./call.ts";
import { messageKey } from "./message-key.ts";
import type { SpanTree } from "./span-tree.ts";

/** The calls of each turn; of several attempts at one call the last stands for all. `calls` in their order. */
export function splitTurns(calls: readonly Call[], tree: SpanTree): readonly (readonly Call[])[] {
  const turns: Call[][] = [];
  for (const call of calls) {
    const open = turns.at(-1);
    const previous = open?.at(-1);
    if (open === undefined || previous === undefined) turns.push([call]);
    else if (isRetry(call, previous)) open.splice(-1, 1, call);
    else if (startsTurn(call, open, previous, tree)) turns.push([call]);
    else open.push(call);
  }
  return turns;
}

/** Some libraries write a span for each attempt, side by side. */
function isRetry(call: Call, previous: Call): boolean {
  const [span, before] = [call.operation.span, previous.operation.span];
  const isSibling = span.traceId === before.traceId && span.parentSpanId === before.parentSpanId;
  const hasFailed = previous.operation.error !== undefined && !hasOutput(previous);
  return isSibling && hasFailed && lastUserRun(call.history).at(-1) === lastUserRun(previous.history).at(-1);
}

/**
 * The user spoke last, or the answer before him did (his message was lost). Where the end of the input is unknown, a new
 * trace is a new turn.
 */
function startsTurn(call: Call, open: readonly Call[], previous: Call, tree: SpanTree): boolean {
  const last = withoutPrefill(call.history, previous).at(-1);
  if (last === undefined || call.operation.input.truncated || !hasContent(call)) {
    return call.operation.span.traceId !== previous.operation.span.traceId;
  }
  if (last.role === "user") return !answersTogether(call, open, tree);
  return isReply(last);
}

/** Applications put the beginning of the answer into the model's mouth: that is nothing that was said. */
function withoutPrefill(history: readonly Message[], previous: Call): readonly Message[] {
  const last = history.at(-1);
  return last !== undefined && isReply(last) && !isAnswerOf(previous, last.text) ? history.slice(0, -1) : history;
}

/** One agent asks several models about one user message (a router, then the one that answers): the inputs differ. */
function answersTogether(call: Call, open: readonly Call[], tree: SpanTree): boolean {
  const [first] = open;
  const agent = tree.get(call.operation)?.agents[0];
  if (first === undefined || agent === undefined || tree.get(first.operation)?.agents[0] !== agent) return false;
  if (lastUserRun(call.history).at(-1) !== lastUserRun(first.history).at(-1)) return false;
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
