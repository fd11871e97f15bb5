/** Every span of the traces: what it was taken for, what was read from it, and what else it carried. */
import { groupBy } from "../../dialects/group-by.ts";
import type { Operation } from "../../dialects/operation.ts";
import { isPlaceholder } from "../../dialects/tool-result.ts";
import type { AttributeExplanation, SpanExplanation, SpanUse } from "../../model/explanation.ts";
import type { AttributeValue, LogRecord } from "../../model/span.ts";
import { spanKey } from "../span-facts.ts";
import type { SpanTree } from "../span-tree.ts";
import type { IdentifiedUnit } from "../trace-units.ts";
import type { TurnDraft } from "../turn-draft.ts";
import { families, familyOf, refOf } from "./sources.ts";
import type { WatchedFacts } from "./watched-facts.ts";

export interface SpanSurroundings {
  readonly units: readonly IdentifiedUnit[];
  /** Those of the session. */
  readonly own: ReadonlySet<IdentifiedUnit>;
  readonly drafts: readonly TurnDraft[];
  readonly tree: SpanTree;
  readonly watched: WatchedFacts;
  readonly logRecords: readonly LogRecord[];
  /** Show the beginnings of values. */
  readonly values: boolean;
}

const maxSpans = 400;
const maxAttributes = 60;
const maxEvents = 20;
const maxValueCharacters = 200;

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
    const attributes = explainAttributes(operation, around);
    return {
      ...refOf(span),
      ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
      scope: span.scope.name.slice(0, 200),
      kind,
      ...(dialect === undefined ? {} : { dialect }),
      use: isOwn ? useOf(operation, around.tree, attempts) : ("other_conversation" as const),
      ...(turn === undefined ? {} : { turn }),
      attributes: attributes.slice(0, maxAttributes),
      moreAttributes: Math.max(attributes.length - maxAttributes, 0),
      droppedAttributes: span.droppedAttributesCount,
      events: families(span.events.slice(0, maxEvents).map(({ name }) => name)),
      logRecords: records.get(spanKey(span))?.length ?? 0,
    };
  });
  return { shown, omitted: placed.length - shown.length };
}

function useOf(operation: Operation, tree: SpanTree, attempts: ReadonlySet<Operation>): SpanUse {
  const place = tree.get(operation);
  if (operation.kind === "other") return "tree";
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

/** Those that were read first, then by name. */
function explainAttributes(
  { span }: Operation,
  { watched, values }: SpanSurroundings,
): readonly AttributeExplanation[] {
  const readFor = watched.factsOf(span);
  const groups = groupBy([...span.attributes], ([key]) => familyOf(key));
  const explained = [...groups].map(([key, entries]) => {
    const facts = new Set(entries.flatMap(([own]) => readFor.get(own) ?? []));
    const [, first] = entries[0] ?? [];
    return {
      key,
      type: typeOf(first),
      size: entries.reduce((sum, [, value]) => sum + sizeOf(value), 0),
      count: entries.length,
      readFor: [...facts],
      redacted: entries.some(([, value]) => typeof value === "string" && isPlaceholder(value)),
      ...(values ? { value: shownValue(first) } : {}),
    };
  });
  return explained.sort((a, b) => b.readFor.length - a.readFor.length || (a.key < b.key ? -1 : 1));
}

function typeOf(value: AttributeValue | undefined): AttributeExplanation["type"] {
  if (value === null || value === undefined || value === "") return "empty";
  if (typeof value === "string") return "text";
  if (typeof value === "bigint" || typeof value === "number") return "number";
  if (typeof value === "boolean") return "boolean";
  if (value instanceof Uint8Array) return "bytes";
  return value instanceof Map ? "map" : "list";
}

function sizeOf(value: AttributeValue): number {
  if (value === null) return 0;
  if (typeof value === "string" || value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 1;
}

function shownValue(value: AttributeValue | undefined): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? `(${typeOf(value)})` : String(value);
  return text.length <= maxValueCharacters ? text : `${text.slice(0, maxValueCharacters)}…`;
}
