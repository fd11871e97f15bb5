import type { Answer } from "../scenarios.ts";
import { type Protocol, sendJson, sendPieces } from "./protocol.ts";

/** Anthropic's Messages API, also as `beta`. */
export const anthropic: Protocol = {
  matches: (path) => path.startsWith("/v1/messages"),
  answer(request, answer, response) {
    if (answer.error !== undefined) {
      sendJson(response, answer.error, {
        type: "error",
        error: { type: "scripted", message: `scripted ${answer.error}` },
      });
      return;
    }
    const message = messageOf(request.number, request.body["model"], answer);
    if (request.body["stream"] !== true) sendJson(response, 200, message);
    else sendPieces(response, "text/event-stream", eventsOf(message).map(toServerSentEvent), answer.hang === true);
  },
};

type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: object };

interface Message {
  readonly content: readonly Block[];
  readonly stop_reason: string;
  readonly usage: object;
}

/** The answer as a message. */
export function messageOf(number: number, model: unknown, { text, calls = [] }: Answer): Message {
  return {
    id: `msg_${number}`,
    type: "message",
    role: "assistant",
    model,
    content: [
      ...(text === undefined ? [] : [{ type: "text" as const, text }]),
      ...calls.map(({ id, name, arguments: input }) => ({ type: "tool_use" as const, id, name, input })),
    ],
    stop_reason: calls.length > 0 ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 4, output_tokens: 5 },
  } as Message;
}

/** The events of which a stream of the message is made. */
export function eventsOf(message: Message): readonly object[] {
  const { content, stop_reason, usage } = message;
  return [
    { type: "message_start", message: { ...message, content: [], stop_reason: null } },
    ...content.flatMap((block, index) => [
      { type: "content_block_start", index, content_block: emptied(block) },
      ...deltasOf(block).map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
    { type: "message_stop" },
  ];
}

const emptied = (block: Block): object => (block.type === "text" ? { ...block, text: "" } : { ...block, input: {} });

function deltasOf(block: Block): readonly object[] {
  if (block.type === "text") return words(block.text).map((text) => ({ type: "text_delta", text }));
  const json = JSON.stringify(block.input);
  return [json.slice(0, 3), json.slice(3)].map((partial_json) => ({ type: "input_json_delta", partial_json }));
}

const words = (text: string): readonly string[] => text.match(/\S+\s*/g) ?? [];
const toServerSentEvent = (event: object): string =>
  `event: ${"type" in event ? String(event.type) : ""}\ndata: ${JSON.stringify(event)}\n\n`;
