import { type Fields, fieldsOf, listOf, numberOf, textOf } from "../../json.ts";
import type { StreamReader } from "../observed-call.ts";
import { readConverse } from "./converse-answer.ts";

interface Block {
  readonly toolUse: Fields | undefined;
  /** Of a tool that AWS ran itself: its content comes in pieces. */
  readonly toolResult: Fields | undefined;
  readonly results: unknown[];
  text: string;
  reasoning: string;
  json: string;
}

/** Puts the events of `ConverseStream` together to the output they are pieces of. */
export function createConverseStreamReader(): StreamReader {
  let end: Fields = {};
  const blocks = new Map<number, Block>();
  return {
    add(value) {
      const { contentBlockStart, contentBlockDelta, messageStop, metadata } = fieldsOf(value);
      if (contentBlockStart !== undefined) blockOf(blocks, fieldsOf(contentBlockStart));
      if (contentBlockDelta !== undefined) addDelta(blocks, fieldsOf(contentBlockDelta));
      if (messageStop !== undefined)
        end = { ...end, stopReason: textOf(fieldsOf(messageStop)["stopReason"]) ?? "unknown" };
      if (metadata !== undefined)
        end = { ...end, usage: fieldsOf(metadata)["usage"], trace: fieldsOf(metadata)["trace"] };
    },
    answer: () => readConverse({ ...end, output: { message: { content: [...blocks.values()].map(toContentBlock) } } }),
    isComplete: () => "stopReason" in end,
  };
}

/** Only tool calls and their results are announced; a text begins with its first piece. */
function blockOf(blocks: Map<number, Block>, { contentBlockIndex, start }: Fields): Block {
  const index = numberOf(contentBlockIndex) ?? 0;
  const { toolUse, toolResult } = fieldsOf(start);
  const block = blocks.get(index) ?? {
    toolUse: toolUse === undefined ? undefined : fieldsOf(toolUse),
    toolResult: toolResult === undefined ? undefined : fieldsOf(toolResult),
    results: [],
    text: "",
    reasoning: "",
    json: "",
  };
  blocks.set(index, block);
  return block;
}

function addDelta(blocks: Map<number, Block>, event: Fields): void {
  const block = blockOf(blocks, event);
  const { text, toolUse, toolResult, reasoningContent } = fieldsOf(event["delta"]);
  block.text += textOf(text) ?? "";
  block.reasoning += textOf(fieldsOf(reasoningContent)["text"]) ?? "";
  block.json += textOf(fieldsOf(toolUse)["input"]) ?? "";
  block.results.push(...listOf(toolResult));
}

function toContentBlock({ toolUse, toolResult, results, text, reasoning, json }: Block): Fields {
  // A tool without parameters is called without a piece of arguments.
  if (toolUse !== undefined) return { toolUse: { ...toolUse, input: json === "" ? {} : json } };
  if (toolResult !== undefined) return { toolResult: { ...toolResult, content: results } };
  if (reasoning !== "") return { reasoningContent: { reasoningText: { text: reasoning } } };
  return { text };
}
