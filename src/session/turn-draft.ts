/** A turn in the making. */
import { isReply } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { AgentOperation, ModelOperation, OtherOperation, ToolOperation } from "../dialects/operation.ts";
import { spokenAnswer } from "../dialects/react-messages.ts";
import { hasContent, isAnswerOf, isReplyCall, lastUserRun, operationsOf } from "./call.ts";
import type { Call } from "./call.ts";
import type { CallStart, SplitTurn } from "./split-turns.ts";

export interface TurnDraft {
  /** Empty when only a wrapper or only later history tells of the turn. */
  readonly calls: readonly Call[];
  /** Agents around the calls that serve this turn alone, the most telling first. */
  readonly wrappers: readonly AgentOperation[];
  /** Tool spans of the turn, by start. */
  readonly tools: readonly ToolOperation[];
  /** Spans that say what its calls used together. Absent: none. */
  readonly sums?: readonly OtherOperation[];
  readonly traceIds: readonly string[];
  /** Start of its first span; inferred turns have none. */
  readonly startUnixNano?: bigint;
  /** Why it is a turn: see CallStart; without calls because a wrapper or later history tells of it. */
  readonly start: CallStart | "wrapper" | "history";
  /** Failed attempts at its calls. */
  readonly attempts: readonly Call[];
  readonly userMessages: readonly Message[];
  /** Where they are from; absent when there are none. */
  readonly userMessagesFrom?: TextOrigin;
  readonly reply?: string;
  readonly replyFrom?: TextOrigin;
  readonly aborted: boolean;
  readonly inferred: boolean;
  /** Cheap to compare, equal for equal histories before the turn; absent when it cannot be compared. */
  readonly signature?: string;
  /** First call of the turn that this one answers anew. */
  readonly regenerates?: Call;
  /** What history says happened between user text and reply, in a turn without calls. */
  readonly messages: readonly Message[];
}

/** The span that said it; what later calls repeat of it (`history`) has none of its own. */
export type TextOrigin = ModelOperation | AgentOperation | "history";

/** `previous`: the last call of the turn before. */
export function draftOfCalls(
  { calls, start: startedBy, attempts }: SplitTurn,
  wrappers: readonly AgentOperation[],
  previous: Call | undefined,
): TurnDraft {
  const reply = calls.findLast(isReplyCall);
  const userMessages = userMessagesOf(calls[0], previous);
  const start = calls[0]?.operation.span.startTimeUnixNano;
  return {
    calls,
    wrappers,
    tools: [],
    traceIds: [...new Set(calls.flatMap(operationsOf).map(({ span }) => span.traceId))],
    ...(start === undefined ? {} : { startUnixNano: start }),
    start: startedBy,
    attempts,
    userMessages,
    ...(calls[0] === undefined || userMessages.length === 0 ? {} : { userMessagesFrom: calls[0].operation }),
    ...(reply === undefined ? {} : { reply: spokenAnswer(reply.text), replyFrom: reply.operation }),
    aborted: false,
    inferred: false,
    messages: [],
  };
}

export function draftOfWrapper(agent: AgentOperation): TurnDraft {
  return {
    calls: [],
    wrappers: [agent],
    tools: [],
    traceIds: [agent.span.traceId],
    startUnixNano: agent.span.startTimeUnixNano,
    start: "wrapper",
    attempts: [],
    userMessages: [],
    aborted: false,
    inferred: false,
    messages: [],
  };
}

/**
 * User messages in a row are one turn. The end of a cut list is not the end of what was said; and where the answer before
 * stands last, the user's message was lost.
 */
function userMessagesOf(first: Call | undefined, previous: Call | undefined): readonly Message[] {
  const last = first?.history.at(-1);
  if (first === undefined || last === undefined || first.operation.input.truncated || !hasContent(first)) return [];
  const isLost = isReply(last) && previous !== undefined && isAnswerOf(previous, last.text);
  return isLost ? [] : lastUserRun(first.history);
}
