/** Every span of the traces: what it was taken for, what was read from it, and what else it carried. */
import { groupBy } from "../../dialects/group-by.ts";
import type { Operation } from "../../dialects/operation.ts";
import type { SpanExplanation, SpanUse } from "../../model/explanation.ts";
import type { LogRecord } from "../../model/span.ts";
import { spanKey } from "../span-facts.ts";
import type { SpanTree } from "../span-tree.ts";
import type { IdentifiedUnit } from "../trace-units.ts";
import type { TurnDraft } from "../turn-draft.ts";
import { eventNames, explainAttributes } from "./explain-attributes.ts";
import { refOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

export interface SpanSurroundings {
  readonly units: readonly IdentifiedUnit[];
  /** Those of the session. */
  readonly own: ReadonlySet<IdentifiedUnit>;
  /** They tell once more of a call that another span stands for. */
  readonly again: ReadonlySet<Operation>;
  readonly drafts: readonly TurnDraft[];
  readonly tree: SpanTree;
  readonly watched: WatchedFacts;
  readonly logRecords: readonly LogRecord[];
  /** Show the beginnings of values. */
  readonly values: boolean;
}

const maxSpans = 400;
const maxAttributes = 60;

export function explainSpans(around: SpanSurroundings): {
  readonly shown: readonly SpanExplanation[];
  readonly omitted: number;
} {
  const turnOf = turnsByTrace(around.drafts);
  const attempts = new Set(around.drafts.flatMap((draft) => draft.attempts.map(({ operation }) => operation)));
  const records = groupBy(around.logRecords, spanKey);
  const placed = around.units.flatMap((unit) =>
    unit.operations.map((operation) => ({ operation, isOwn: around.own.has(unit) })),
  );
  const shown = placed.slice(0, maxSpans).map(({ operation, isOwn }) => {
    const { span, kind, dialect } = operation;
    const turn = isOwn ? turnOf(operation) : undefined;
    const attributes = explainAttributes(span, around.watched, around.values);
    return {
      ...refOf(span),
      ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
      scope: span.scope.name.slice(0, 200),
      kind,
      ...(dialect === undefined ? {} : { dialect }),
      use: isOwn ? useOf(operation, around, attempts) : ("other_conversation" as const),
      ...(turn === undefined ? {} : { turn }),
      attributes: attributes.slice(0, maxAttributes),
      moreAttributes: Math.max(attributes.length - maxAttributes, 0),
      droppedAttributes: span.droppedAttributesCount,
      events: eventNames(span),
      logRecords: records.get(spanKey(span))?.length ?? 0,
    };
  });
  return { shown, omitted: placed.length - shown.length };
}

function useOf(operation: Operation, { tree, again }: SpanSurroundings, attempts: ReadonlySet<Operation>): SpanUse {
  const place = tree.get(operation);
  if (operation.kind === "other") return "tree";
  if (again.has(operation)) return "same_call_again";
  if (place?.tool !== undefined) return "sub_agent";
  if (operation.kind === "tool") return "tool_call";
  if (operation.kind === "agent") return "wrapper";
  if (place?.model !== undefined) return "same_call_again";
  return attempts.has(operation) ? "attempt" : "model_call";
}

/** The turn of a call, a tool or a wrapper; of other spans, that of their trace when it has one alone. */
function turnsByTrace(drafts: readonly TurnDraft[]): (operation: Operation) => number | undefined {
  const numbered = drafts.map((draft, at) => ({ draft, turn: at + 1 }));
  const exact = new Map<Operation, number>(
    numbered.flatMap(({ draft, turn }) =>
      [
        ...draft.calls.map((call) => call.operation),
        ...draft.tools,
        ...draft.attempts.map((call) => call.operation),
      ].map((operation) => [operation, turn] as const),
    ),
  );
  const byTrace = groupBy(
    numbered.flatMap(({ draft, turn }) => draft.traceIds.map((traceId) => ({ traceId, turn }))),
    ({ traceId }) => traceId,
  );
  return (operation) => {
    const turns = byTrace.get(operation.span.traceId) ?? [];
    return exact.get(operation) ?? (turns.length === 1 ? turns[0]?.turn : undefined);
  };
}
