/** An item as a judge model is shown it: only what the metric needs, in as much detail as fits. */
import type { EvaluationItem, ItemToolCall } from "../../model/evaluation.ts";
import type { JsonValue } from "../../model/session.ts";
import { jsonText, type Shortening } from "../prompts/shortening.ts";

/** What is shown beside input and output. */
export type ShownPart = "instructions" | "history" | "context" | "tool_calls" | "expected";

/** What may be shortened, in words for people. */
export type ItemCutKind = "input" | "output" | "instructions" | "history" | "context" | "tool calls" | "expected";
type ItemShortening = Shortening<ItemCutKind>;

/** How much may stay: characters of each text of a kind, and how many of a kind. */
export interface ItemDetail {
  readonly text: number;
  readonly instructions: number;
  readonly document: number;
  readonly documents: number;
  readonly arguments: number;
  readonly result: number;
  readonly calls: number;
  readonly turns: number;
  readonly turnText: number;
}

/** Documents and results give way first, then what was said before, and the item's own texts last. */
export const itemDetails: readonly ItemDetail[] = [
  {
    text: Infinity,
    instructions: 24_000,
    document: 8_000,
    documents: 50,
    arguments: 4_000,
    result: 4_000,
    calls: 100,
    turns: 20,
    turnText: 4_000,
  },
  {
    text: Infinity,
    instructions: 8_000,
    document: 2_000,
    documents: 50,
    arguments: 1_000,
    result: 1_000,
    calls: 60,
    turns: 10,
    turnText: 1_000,
  },
  {
    text: 16_000,
    instructions: 2_000,
    document: 800,
    documents: 30,
    arguments: 400,
    result: 400,
    calls: 30,
    turns: 5,
    turnText: 400,
  },
  {
    text: 3_000,
    instructions: 500,
    document: 200,
    documents: 20,
    arguments: 120,
    result: 120,
    calls: 15,
    turns: 2,
    turnText: 200,
  },
  {
    text: 600,
    instructions: 200,
    document: 80,
    documents: 10,
    arguments: 60,
    result: 60,
    calls: 5,
    turns: 1,
    turnText: 100,
  },
];

export interface ShownItem {
  readonly json: JsonValue;
  /** So many of the context's documents, from the first. */
  readonly documents: number;
}

export function showItem(
  item: EvaluationItem,
  parts: readonly ShownPart[],
  detail: ItemDetail,
  shorten: ItemShortening,
): ShownItem {
  const has = (part: ShownPart): boolean => parts.includes(part);
  const { instructions, expected, toolCalls } = item;
  const documents = has("context") ? item.context.slice(0, detail.documents) : [];
  if (has("context")) leaveOutDocuments(item.context.slice(detail.documents), shorten);
  return {
    json: {
      ...(has("instructions") && instructions !== undefined
        ? { instructions: shorten.text("instructions", instructions, detail.instructions) }
        : {}),
      ...(has("history") ? showHistory(item, detail, shorten) : {}),
      input: shorten.text("input", item.input, detail.text),
      ...(has("context") && documents.length > 0 ? { context: showDocuments(documents, detail, shorten) } : {}),
      ...(has("tool_calls") && toolCalls !== undefined
        ? { tool_calls: showCalls(toolCalls, !has("context"), detail, shorten) }
        : {}),
      output: shorten.text("output", item.output, detail.text),
      ...(has("expected") && expected !== undefined
        ? { expected: expected.map((text) => shorten.text("expected", text, detail.text)) }
        : {}),
    },
    documents: documents.length,
  };
}

function showHistory({ history = [] }: EvaluationItem, { turns, turnText }: ItemDetail, shorten: ItemShortening) {
  if (history.length === 0) return {};
  const first = Math.max(0, history.length - turns);
  if (first > 0) shorten.leaveOutTurns(1, first);
  return {
    history: history.slice(first).map(({ user, assistant }) => ({
      user: shorten.text("history", user, turnText),
      assistant: assistant === undefined ? null : shorten.text("history", assistant, turnText),
    })),
  };
}

const showDocuments = (documents: readonly string[], detail: ItemDetail, shorten: ItemShortening): JsonValue =>
  documents.map((text, at) => ({ document: at + 1, text: shorten.text("context", text, detail.document) }));

function leaveOutDocuments(documents: readonly string[], shorten: ItemShortening): void {
  if (documents.length === 0) return;
  shorten.leaveOut(
    "context",
    documents.reduce((sum, { length }) => sum + length, 0),
  );
}

/** The last ones. Results are not shown where the context is, which holds them. */
function showCalls(
  calls: readonly ItemToolCall[],
  withResults: boolean,
  detail: ItemDetail,
  shorten: ItemShortening,
): JsonValue {
  const first = Math.max(0, calls.length - detail.calls);
  for (const { arguments: given } of calls.slice(0, first)) shorten.leaveOut("tool calls", jsonText(given).length);
  return calls.slice(first).map((call, at) => ({
    call: first + at + 1,
    tool: shorten.text("tool calls", call.name, 200),
    arguments: shorten.value("tool calls", call.arguments, detail.arguments),
    ...showOutcome(call, withResults, detail, shorten),
  }));
}

function showOutcome(
  { error, result }: ItemToolCall,
  withResult: boolean,
  detail: ItemDetail,
  shorten: ItemShortening,
) {
  if (error !== undefined) return { error: shorten.text("tool calls", error, detail.result) };
  if (result === undefined) return { result_missing: true };
  return withResult ? { result: shorten.value("tool calls", result, detail.result) } : { succeeded: true };
}
