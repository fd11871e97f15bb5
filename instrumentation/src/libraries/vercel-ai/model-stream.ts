import { type Fields, fieldsOf, textOf } from "../../json.ts";
import type { StreamReader } from "../observed-call.ts";
import { readModelAnswer } from "./model-answer.ts";

interface Block {
  readonly start: Fields;
  /** Where the pieces belong; undefined for what comes whole. */
  readonly into?: "text" | "input";
  pieces: string;
}

/** Parts of a stream that say nothing of the answer. */
const silent = new Set(["stream-start", "ping", "raw"]);

export const isAnswerPart = (part: unknown): boolean => !silent.has(textOf(fieldsOf(part)["type"]) ?? "");

/** Puts the parts of a model's stream together, of version 1 to 4 of the language model specification. */
export function createModelStreamReader(): StreamReader {
  const blocks = new Map<string, Block>();
  let response: Fields = {};
  let finish: Fields = {};
  let failure: { readonly error: unknown } | undefined;

  return {
    add(value) {
      const part = fieldsOf(value);
      const { type, ...rest } = part;
      if (type === "response-metadata") response = { ...response, ...rest };
      else if (type === "finish") finish = rest;
      else if (type === "error") failure = { error: part["error"] };
      else if (isAnswerPart(part)) addPart(blocks, part);
    },
    answer() {
      const answer = readModelAnswer({ ...finish, response, content: [...blocks.values()].map(toContent) });
      return failure === undefined ? answer : { ...answer, error: toError(failure.error) };
    },
    isComplete: () => finish["finishReason"] !== undefined || failure !== undefined,
  };
}

function addPart(blocks: Map<string, Block>, part: Fields): void {
  const type = textOf(part["type"]) ?? "";
  const id = textOf(part["id"]) ?? textOf(part["toolCallId"]) ?? "";
  const [kind = ""] = type.split("-");
  if (type === "text-delta" || type === "reasoning-delta" || type === "reasoning") addPiece(blocks, kind, id, part);
  else if (type === "tool-input-delta" || type === "tool-call-delta") addPiece(blocks, "tool", id, part);
  else if (type === "tool-input-start") {
    blocks.set(`tool ${id}`, { start: toolCall(id, part), into: "input", pieces: "" });
  } else if (type === "tool-call") blocks.set(`tool ${id}`, { start: part, pieces: "" });
  // A tool of the provider may show what it has so far: the last one counts.
  else if (type === "tool-result") blocks.set(`result ${id}`, { start: part, pieces: "" });
  else if (!/-(start|end|signature)$/.test(type)) blocks.set(`whole ${blocks.size}`, { start: part, pieces: "" });
}

function addPiece(blocks: Map<string, Block>, kind: string, id: string, part: Fields): void {
  const key = `${kind} ${id}`;
  const block = blocks.get(key) ?? newBlock(kind, id, part);
  block.pieces += textOf(part["delta"]) ?? textOf(part["textDelta"]) ?? textOf(part["argsTextDelta"]) ?? "";
  blocks.set(key, block);
}

function newBlock(kind: string, id: string, part: Fields): Block {
  return kind === "tool"
    ? { start: toolCall(id, part), into: "input", pieces: "" }
    : { start: { type: kind }, into: "text", pieces: "" };
}

const toolCall = (toolCallId: string, { toolName }: Fields): Fields => ({ type: "tool-call", toolCallId, toolName });

const toContent = ({ start, into, pieces }: Block): Fields =>
  into === undefined ? start : { ...start, [into]: pieces };

/** What a provider reports inside of a stream is an error, its text, or its JSON. */
function toError(error: unknown): Error {
  return error instanceof Error ? error : new StreamedError(textOf(error) ?? textOf(fieldsOf(error)["message"]) ?? "");
}

/** An error that the provider delivered as a part of the stream. */
class StreamedError extends Error {}
