import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from "../../json.ts";
import type { StreamReader } from "../observed-call.ts";
import { blockReasonOf, readGenerateContent } from "./generate-answer.ts";
import { joinFunctionCalls } from "./streamed-arguments.ts";

interface Candidate {
  readonly parts: Fields[];
  finishReason: string | undefined;
  /** What the API's own tools found. */
  grounding: Fields;
}

/** Puts the responses of a stream, each with a piece of the answer, together to the response they are pieces of. */
export function createGenerateStreamReader(): StreamReader {
  const head: Record<string, unknown> = {};
  const candidates = new Map<number, Candidate>();
  return {
    add(value) {
      const chunk = fieldsOf(value);
      for (const key of ["responseId", "modelVersion", "promptFeedback", "usageMetadata"]) {
        if (chunk[key] !== undefined && chunk[key] !== null) head[key] = chunk[key];
      }
      for (const candidate of listOf(chunk["candidates"])) addCandidate(candidates, fieldsOf(candidate));
    },
    answer: () => readGenerateContent({ ...head, candidates: [...candidates.values()].map(toCandidate) }),
    isComplete: () =>
      blockReasonOf(head["promptFeedback"]) !== undefined ||
      (candidates.size > 0 && [...candidates.values()].every(({ finishReason }) => finishReason !== undefined)),
  };
}

function addCandidate(candidates: Map<number, Candidate>, value: Fields): void {
  const { index, content, finishReason, groundingMetadata, urlContextMetadata } = value;
  const at = numberOf(index) ?? 0;
  const candidate = candidates.get(at) ?? { parts: [], finishReason: undefined, grounding: {} };
  candidates.set(at, candidate);
  candidate.finishReason = textOf(finishReason) ?? candidate.finishReason;
  candidate.grounding = {
    groundingMetadata: { ...fieldsOf(candidate.grounding["groundingMetadata"]), ...fieldsOf(groundingMetadata) },
    urlContextMetadata: urlContextMetadata ?? candidate.grounding["urlContextMetadata"],
  };
  for (const part of listOf(fieldsOf(content)["parts"])) addPart(candidate.parts, fieldsOf(part));
}

/** Texts come in pieces, calls may, whatever else comes whole. */
function addPart(parts: Fields[], part: Fields): void {
  const joined = joinParts(parts.at(-1) ?? {}, part);
  if (joined === undefined) parts.push(part);
  else parts.splice(-1, 1, joined);
}

/** Undefined if the second part is one of its own. */
function joinParts(last: Fields, part: Fields): Fields | undefined {
  const [before, text] = [textOf(last["text"]), textOf(part["text"])];
  if (before !== undefined && text !== undefined && last["thought"] === part["thought"]) {
    return { ...last, text: before + text };
  }
  const call = fieldsOf(last["functionCall"]);
  if (call["willContinue"] !== true || !isFields(part["functionCall"])) return undefined;
  return { functionCall: joinFunctionCalls(call, part["functionCall"]) };
}

function toCandidate({ parts, finishReason, grounding }: Candidate): Fields {
  return { content: { parts }, finishReason, ...grounding };
}
