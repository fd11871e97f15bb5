/** A turn in the making. */
import { isReply } from "../dialects/message.ts";
import type { Message } from "../dialects/message.ts";
import type { AgentOperation } from "../dialects/operation.ts";
import { hasContent, isAnswerOf, isReplyCall, lastUserRun } from "./call.ts";
import type { Call } from "./call.ts";

export interface TurnDraft {
  /** Empty when only a wrapper or only later history tells of the turn. */
  readonly calls: readonly Call[];
  /** Agents around the calls that serve this turn alone, the most telling first. */
  readonly wrappers: readonly AgentOperation[];
  readonly traceIds: readonly string[];
  /** Start of its first span; inferred turns have none. */
  readonly startUnixNano?: bigint;
  readonly userTexts: readonly string[];
  readonly reply?: string;
  readonly aborted: boolean;
  readonly inferred: boolean;
  /** First call of the turn that this one answers anew. */
  readonly regenerates?: Call;
  /** What history says happened in an inferred turn between user text and reply. */
  readonly messages: readonly Message[];
}

/** `previous`: the last call of the turn before. */
export function draftOfCalls(
  calls: readonly Call[],
  wrappers: readonly AgentOperation[],
  previous: Call | undefined,
): TurnDraft {
  const reply = calls.findLast(isReplyCall)?.text;
  const start = calls[0]?.operation.span.startTimeUnixNano;
  return {
    calls,
    wrappers,
    traceIds: [...new Set(calls.map(({ operation }) => operation.span.traceId))],
    ...(start === undefined ? {} : { startUnixNano: start }),
    userTexts: userTextsOf(calls[0], previous),
    ...(reply === undefined ? {} : { reply }),
    aborted: false,
    inferred: false,
    messages: [],
  };
}

export function draftOfWrapper(agent: AgentOperation): TurnDraft {
  return {
    calls: [],
    wrappers: [agent],
    traceIds: [agent.span.traceId],
    startUnixNano: agent.span.startTimeUnixNano,
    userTexts: [],
    aborted: false,
    inferred: false,
    messages: [],
  };
}

/**
 * User messages in a row are one turn. The end of a cut list is not the end of what was said; and where the answer before
 * stands last, the user's message was lost.
 */
function userTextsOf(first: Call | undefined, previous: Call | undefined): readonly string[] {
  const last = first?.history.at(-1);
  if (first === undefined || last === undefined || first.operation.input.truncated || !hasContent(first)) return [];
  const isLost = isReply(last) && previous !== undefined && isAnswerOf(previous, last.text);
  return isLost ? [] : lastUserRun(first.history);
}
