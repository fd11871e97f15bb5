import { type Fields, fieldsOf, numberOf, parsedOrText, textOf } from "../../json.ts";
import type { StreamReader } from "../observed-call.ts";
import { readMessage } from "./message-answer.ts";

interface Block {
  readonly start: Fields;
  text: string;
  thinking: string;
  json: string;
}

/** Puts the events of a streamed answer together to the message they are pieces of. */
export function createMessageStreamReader(): StreamReader {
  let message: Fields = {};
  let stopped = false;
  const blocks = new Map<number, Block>();
  return {
    add(value) {
      const event = fieldsOf(value);
      if (event["type"] === "message_start") message = fieldsOf(event["message"]);
      if (event["type"] === "message_delta") message = withDelta(message, event);
      if (event["type"] === "message_stop") stopped = true;
      const index = numberOf(event["index"]) ?? 0;
      const start = fieldsOf(event["content_block"]);
      if (event["type"] === "content_block_start") blocks.set(index, { start, text: "", thinking: "", json: "" });
      if (event["type"] === "content_block_delta") addDelta(blocks.get(index), fieldsOf(event["delta"]));
    },
    answer: () => readMessage({ ...message, content: [...blocks.values()].map(toContentBlock) }),
    isComplete: () => stopped,
  };
}

/** Only the last count is whole: `message_start` has a placeholder for what the model has yet to say. */
function withDelta(message: Fields, { delta, usage }: Fields): Fields {
  const totals = Object.entries(fieldsOf(usage)).filter(([, value]) => value !== null && value !== undefined);
  const { stop_reason } = fieldsOf(delta);
  return { ...message, stop_reason, usage: { ...fieldsOf(message["usage"]), ...Object.fromEntries(totals) } };
}

function addDelta(block: Block | undefined, delta: Fields): void {
  if (block === undefined) return;
  block.text += textOf(delta["text"]) ?? "";
  block.thinking += textOf(delta["thinking"]) ?? "";
  block.json += textOf(delta["partial_json"]) ?? "";
}

function toContentBlock({ start, text, thinking, json }: Block): Fields {
  return {
    ...start,
    text: (textOf(start["text"]) ?? "") + text,
    thinking: (textOf(start["thinking"]) ?? "") + thinking,
    ...(json !== "" && { input: parsedOrText(json) }),
  };
}
