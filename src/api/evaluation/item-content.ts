/** What an item says, as the wire has it: of items of datasets and of runs alike. Pure. */
import type { z } from "zod";
import type { EvaluationItem, ItemToolCall } from "../../model/evaluation.ts";
import type { itemContentShape } from "../evaluation-contract.ts";

/** Of an item in a page of them; longer ones are shortened to so many. */
export const PAGE_CHARACTERS = 10_000;

export type ItemContent = z.infer<z.ZodObject<typeof itemContentShape>>;

export const toItemContent = ({
  key,
  input,
  output,
  context,
  expected = [],
  history = [],
  toolCalls,
  origin,
  metadata,
}: EvaluationItem): ItemContent => ({
  key,
  input,
  output,
  context: joined(context),
  contexts: [...context],
  expected: joined(expected),
  expected_outputs: [...expected],
  history: history.map(({ user, assistant = null }) => ({ user, assistant })),
  tool_calls: toolCalls?.map(toCall) ?? null,
  session_id: origin?.sessionId ?? null,
  turn: origin?.turn ?? null,
  metadata,
  is_shortened: false,
});

const joined = (parts: readonly string[]): string | null => (parts.length === 0 ? null : parts.join("\n\n"));

const toCall = ({ name, arguments: given, result, error }: ItemToolCall) => ({
  name,
  arguments: given,
  result: result ?? null,
  error: error ?? null,
});
