/** One turn: why it starts, where its texts, steps, tokens and costs are from, and what may be missing. */
import type { FactName } from "../../dialects/note.ts";
import { isPlaceholder } from "../../dialects/tool-result.ts";
import type { Loss, TextExplanation, TurnExplanation } from "../../model/explanation.ts";
import type { Turn } from "../../model/session.ts";
import { sourcesOf } from "../build-turns.ts";
import { hasContent, hasOutput } from "../call.ts";
import type { Call } from "../call.ts";
import type { SpanTree } from "../span-tree.ts";
import type { IdentifiedUnit } from "../trace-units.ts";
import type { TextOrigin, TurnDraft } from "../turn-draft.ts";
import { explainModelCall, explainToolCalls } from "./explain-calls.ts";
import { refOf, sourceOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

export interface TurnSurroundings {
  /** The traces of the turn and of its tools. */
  readonly units: readonly IdentifiedUnit[];
  readonly tree: SpanTree;
  readonly watched: WatchedFacts;
}

/** `turn`: what was built of the draft. */
export function explainTurn(
  draft: TurnDraft,
  { turn, flags, aborted }: Turn,
  { units, tree, watched }: TurnSurroundings,
): TurnExplanation {
  const sources = sourcesOf(draft, units, tree);
  const operations = units.flatMap((unit) => unit.operations);
  return {
    turn,
    start: draft.start,
    flags,
    aborted,
    userText: explainText(draft.userTexts.join("\n"), draft.userTextsFrom, ["input", "wrapper_input"], watched),
    reply: explainText(draft.reply, draft.replyFrom, ["output", "wrapper_reply"], watched),
    modelCalls: draft.calls.map((call) => explainModelCall(call, sources.readUsage, watched)),
    toolCalls: explainToolCalls(sources, operations, tree, watched),
    wrappers: draft.wrappers.map(({ span }) => refOf(span)),
    attempts: draft.attempts.map(({ operation }) => refOf(operation.span)),
    losses: draft.calls.flatMap(lossesOf),
  };
}

/** `facts`: under which fact the text was read from a model call, and from a wrapper. */
function explainText(
  text: string | undefined,
  from: TextOrigin | undefined,
  [ofCall, ofWrapper]: readonly [FactName, FactName],
  watched: WatchedFacts,
): TextExplanation {
  const characters = text?.length ?? 0;
  if (from === undefined) return { from: "nowhere", characters };
  if (from === "history") return { from, characters };
  const isCall = from.kind === "model";
  const source = sourceOf(from.span, isCall ? ofCall : ofWrapper, watched);
  return { from: isCall ? "model_call" : "wrapper", characters, source };
}

function lossesOf(call: Call): readonly Loss[] {
  const { span, input, error } = call.operation;
  const ref = refOf(span);
  const placeholders = [...span.attributes.values()].filter(
    (value) => typeof value === "string" && isPlaceholder(value),
  );
  const losses: Loss[] = [];
  if (span.droppedAttributesCount > 0)
    losses.push({ ...ref, kind: "dropped_attributes", count: span.droppedAttributesCount });
  if (placeholders.length > 0) losses.push({ ...ref, kind: "redacted", count: placeholders.length });
  if (input.truncated) losses.push({ ...ref, kind: "truncated" });
  if (error !== undefined && !hasOutput(call)) losses.push({ ...ref, kind: "failed" });
  if (!hasContent(call) && losses.length === 0) losses.push({ ...ref, kind: "content_off" });
  return losses;
}
