/** Turns of stored sessions as items: what was captured in production can be scored by the metrics of datasets. */
import type { EvaluationItem, ItemToolCall } from "../../model/evaluation.ts";
import type { BuiltSession, ToolCall, Turn } from "../../model/session.ts";
import { toolCallsOf } from "../prompts/shown-turn.ts";
import {
  boundedContext,
  boundedHistory,
  boundedInstructions,
  boundedText,
  boundedValue,
  maxEarlierTurns,
  maxToolCalls,
} from "./bounded-item.ts";
import { documentsOf } from "./documents-of.ts";

/** One for each turn about which something can be said. */
export const itemsOfSession = (sessionId: string, session: BuiltSession): readonly EvaluationItem[] =>
  session.turns.flatMap((turn) => itemOfTurn(sessionId, session, turn) ?? []);

/**
 * The context is what its tools returned. A turn that the agent left without a reply has an empty output and `no_reply` in its
 * metadata, with the error if there was one. Undefined for turns that say nothing about the agent: the texts were not
 * recorded, the user stopped the reply, or went on before anything was done.
 */
export function itemOfTurn(sessionId: string, session: BuiltSession, turn: Turn): EvaluationItem | undefined {
  if (!saysSomething(turn)) return undefined;
  const { userContent, assistantContent, error } = turn;
  const calls = toolCallsOf(turn).slice(0, maxToolCalls);
  const history = session.turns.slice(Math.max(0, turn.turn - 1 - maxEarlierTurns), turn.turn - 1).map(toEarlier);
  return {
    key: `${sessionId}:${turn.turn}`,
    input: boundedText(userContent),
    output: boundedText(assistantContent ?? ""),
    context: boundedContext(calls.flatMap(({ result = null }) => documentsOf(result))),
    ...(session.systemPrompt === undefined ? {} : { instructions: boundedInstructions(session.systemPrompt) }),
    ...(history.length === 0 ? {} : { history: boundedHistory(history) }),
    toolCalls: calls.map(toItemCall),
    metadata: {
      ...(session.agentName === undefined ? {} : { agent_name: session.agentName }),
      ...(hasReply(turn) ? {} : { no_reply: true }),
      ...(error === undefined ? {} : { error: boundedValue(error) }),
    },
    origin: { sessionId, turn: turn.turn },
  };
}

const hasReply = ({ assistantContent = "" }: Turn): boolean => assistantContent.trim() !== "";

function saysSomething(turn: Turn): boolean {
  const { userContent, flags, inferred, aborted, steps, error } = turn;
  const isUnrecorded = inferred || flags.includes("content_missing");
  if (isUnrecorded && userContent.trim() === "") return false;
  if (hasReply(turn)) return true;
  return !isUnrecorded && !aborted && (steps.length > 0 || error !== undefined);
}

const toEarlier = ({ userContent, assistantContent }: Turn) => ({
  user: userContent,
  ...(assistantContent === undefined ? {} : { assistant: assistantContent }),
});

function toItemCall({ name, arguments: given, result, error }: ToolCall): ItemToolCall {
  return {
    name: name.slice(0, 1_000),
    arguments: boundedValue(given),
    ...(error !== undefined
      ? { error: boundedText(error) }
      : result === undefined
        ? {}
        : { result: boundedValue(result) }),
  };
}
