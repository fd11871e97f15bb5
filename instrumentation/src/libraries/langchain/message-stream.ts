import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from "../../json.ts";
import type { Part } from "../../message.ts";
import type { StreamReader } from "../observed-call.ts";
import { toolCallPart } from "../parts.ts";
import { finishReasonOf, metadataOf, readAnswers } from "./chat-answer.ts";
import { callParts, saidParts } from "./messages.ts";

interface Call {
  id: unknown;
  name: string;
  args: string;
}

/**
 * Puts `AIMessageChunk`s together. The library's own `concat` makes a new message for each, which takes too long for
 * somebody else's program.
 */
export function createMessageStreamReader(): StreamReader {
  const said: Part[] = [];
  const calls = new Map<number, Call>();
  const wholeCalls: Part[] = [];
  const metadata = new Map<string, unknown>();
  let id: unknown;
  let usage: Fields = {};
  let isEmpty = true;
  return {
    add(value) {
      const chunk = fieldsOf(value);
      const pieces = listOf(chunk["tool_call_chunks"]);
      for (const part of saidParts(chunk)) addPart(said, part);
      for (const piece of pieces) addCall(calls, fieldsOf(piece));
      // A model that does not stream gives its whole message as the only chunk.
      if (pieces.length === 0) wholeCalls.push(...callParts(chunk));
      for (const [name, fact] of Object.entries(metadataOf(chunk))) if (fact !== null) metadata.set(name, fact);
      id ??= chunk["id"];
      usage = sum(usage, fieldsOf(chunk["usage_metadata"]));
      isEmpty = false;
    },
    answer() {
      const parts = [
        ...said,
        ...wholeCalls,
        ...[...calls.values()].map((call) => toolCallPart(call.id, call.name, call.args)),
      ];
      return readAnswers(isEmpty ? [] : [{ parts, id, usage, metadata: Object.fromEntries(metadata) }]);
    },
    isComplete: () => finishReasonOf({ parts: [], metadata: Object.fromEntries(metadata) }) !== undefined,
  };
}

/** Text goes on with the text before it. */
function addPart(said: Part[], part: Part): void {
  const last = said.at(-1);
  const isText = part.type === "text" || part.type === "reasoning";
  if (isText && last?.type === part.type) said[said.length - 1] = { ...part, content: last.content + part.content };
  else said.push(part);
}

function addCall(calls: Map<number, Call>, piece: Fields): void {
  const index = numberOf(piece["index"]) ?? calls.size;
  const call = calls.get(index) ?? { id: undefined, name: "", args: "" };
  call.id ??= piece["id"];
  call.name += textOf(piece["name"]) ?? "";
  call.args += textOf(piece["args"]) ?? "";
  calls.set(index, call);
}

/** Each chunk counts what it adds. */
function sum(before: Fields, added: Fields): Fields {
  const total = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(added)) {
    const known = total.get(name);
    if (typeof value === "number") total.set(name, (numberOf(known) ?? 0) + value);
    else if (isFields(value)) total.set(name, sum(fieldsOf(known), value));
  }
  return Object.fromEntries(total);
}
