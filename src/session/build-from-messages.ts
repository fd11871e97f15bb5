/** A session out of the messages themselves: what the message doors (JSON, transcript, voice, stream) hand in. */
import { parseToolDefinitions } from "../dialects/tool-definitions.ts";
import type { ChatMessage } from "../model/message.ts";
import type { BuiltSession, JsonValue, SessionSource, Turn } from "../model/session.ts";
import { digestOfSession, digestOfTurn } from "./digest.ts";
import { readChatMessages } from "./read-chat-messages.ts";
import type { NumberedMessage } from "./read-chat-messages.ts";
import { stepsOfMessages } from "./steps-of-messages.ts";
import { noUsage } from "./token-usage.ts";

export interface SessionMessages {
  readonly messages: readonly ChatMessage[];
  /** Tools offered to the model: OpenAI's `{type, function}` or the bare `{name, description, parameters}`. */
  readonly tools?: readonly JsonValue[];
  readonly source: SessionSource;
}

/**
 * A user message after anything but a user message opens a turn; consecutive user messages are one turn, joined by a
 * newline. What stands before the first user message (a greeting) is in no turn, but counts in the message positions.
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
  readonly user: readonly NumberedMessage[];
  readonly rest: readonly NumberedMessage[];
}

function splitIntoTurns(messages: readonly NumberedMessage[]): readonly MessagesOfTurn[] {
  const turns: { user: NumberedMessage[]; rest: NumberedMessage[] }[] = [];
  for (const numbered of messages) {
    const open = turns.at(-1);
    if (numbered.message.role === "system") continue;
    if (numbered.message.role !== "user") open?.rest.push(numbered);
    else if (open !== undefined && open.rest.length === 0) open.user.push(numbered);
    else turns.push({ user: [numbered], rest: [] });
  }
  return turns;
}

function buildTurn({ user, rest }: MessagesOfTurn, index: number): Turn {
  const reply = rest.findLast(
    ({ message }) => message.role === "assistant" && message.text !== "" && message.calls.length === 0,
  );
  const lastUser = user.at(-1);
  const turn = {
    turn: index + 1,
    userContent: user.map(({ message }) => message.text).join("\n"),
    ...(reply === undefined ? {} : { assistantContent: reply.message.text, replyMessageIndex: reply.index }),
    steps: stepsOfMessages(rest),
    aborted: false,
    inferred: false,
    traceIds: [],
    flags: [],
    usage: noUsage,
    ...(lastUser === undefined ? {} : { messageIndex: lastUser.index }),
  };
  return { ...turn, digest: digestOfTurn(turn) };
}
