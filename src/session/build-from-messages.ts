/** A session out of the messages themselves: what the message doors (JSON, transcript, voice, stream) hand in. */
import { isReply } from "../dialects/message.ts";
import { parseToolDefinitions } from "../dialects/tool-definitions.ts";
import type { ChatMessage } from "../model/message.ts";
import type { BuiltSession, JsonValue, SessionSource, Turn } from "../model/session.ts";
import { digestOfSession, digestOfTurn } from "./digest.ts";
import { readChatMessages } from "./read-chat-messages.ts";
import type { NumberedMessage } from "./read-chat-messages.ts";
import { stepsOfMessages } from "./steps-of-messages.ts";
import { noUsage } from "./token-usage.ts";
import { userSide } from "./user-messages.ts";

export interface SessionMessages {
  readonly messages: readonly ChatMessage[];
  /** Tools offered to the model: OpenAI's `{type, function}` or the bare `{name, description, parameters}`. */
  readonly tools?: readonly JsonValue[];
  readonly source: SessionSource;
}

/**
 * Every user message opens a turn, also one that nobody answered (ValueHead's rule, VH-13). What stands before the first
 * user message (a greeting) is in no turn, but counts in the message positions.
 */
export function buildFromMessages({ messages, tools = [], source }: SessionMessages): BuiltSession {
  const numbered = readChatMessages(messages);
  const turns = splitIntoTurns(numbered).map(buildTurn);
  const systemPrompt = numbered.flatMap(({ message }) => (message.role === "system" ? [message.text] : [])).join("\n");
  return {
    source,
    models: [],
    dialects: [],
    ...(systemPrompt === "" ? {} : { systemPrompt }),
    tools: [...new Map(parseToolDefinitions(tools).map((tool) => [tool.name, tool])).values()],
    turns,
    usage: noUsage,
    digest: digestOfSession(turns),
  };
}

interface MessagesOfTurn {
  readonly user: NumberedMessage;
  readonly rest: readonly NumberedMessage[];
}

function splitIntoTurns(messages: readonly NumberedMessage[]): readonly MessagesOfTurn[] {
  const turns: { user: NumberedMessage; rest: NumberedMessage[] }[] = [];
  for (const numbered of messages) {
    const { role } = numbered.message;
    if (role === "user") turns.push({ user: numbered, rest: [] });
    else if (role !== "system") turns.at(-1)?.rest.push(numbered);
  }
  return turns;
}

function buildTurn({ user, rest }: MessagesOfTurn, index: number): Turn {
  const reply = rest.findLast(({ message }) => isReply(message));
  const turn = {
    turn: index + 1,
    ...userSide([user.message]),
    ...(reply === undefined ? {} : { assistantContent: reply.message.text, replyMessageIndex: reply.index }),
    steps: stepsOfMessages(rest),
    aborted: false,
    inferred: false,
    traceIds: [],
    flags: [],
    usage: noUsage,
    messageIndex: user.index,
  };
  return { ...turn, digest: digestOfTurn(turn) };
}
