/**
 * One request, recorded side by side by two instrumentations: LangChain's does not make its span the active one, so that the
 * SDK's instrumentation puts its span beside it and not below it.
 */
import type { ModelOperation, Operation, ToolOperation } from "../dialects/operation.ts";
import type { TokenUsage } from "../model/session.ts";
import { jsonKey } from "./canonical-json.ts";
import { hasContent, hasOutput, lastUserText, toCall } from "./call.ts";
import type { Call } from "./call.ts";
import { compareSpans } from "./compare-spans.ts";
import { isUseOfOneId } from "./told-again.ts";
import { idsDiffer } from "./tool-slot.ts";

/** Requests that are on at the same time, as far back as anybody looks. */
const maxOpen = 32;

/** What JavaScript's span starts are exact to. */
const toleranceNano = 1_000_000n;

/** For each operation that tells of the same once more, within the time of another one, that other one. */
export function findTwins<Kind extends ModelOperation | ToolOperation>(
  operations: readonly Kind[],
  isSame: (outer: Kind, inner: Kind) => boolean,
): ReadonlyMap<Operation, Kind> {
  const twins = new Map<Operation, Kind>();
  if (operations.every(({ span }) => span.scope.name === operations[0]?.span.scope.name)) return twins;
  const taken = new Set<string>();
  let open: readonly Kind[] = [];
  for (const inner of [...operations].sort(outerFirst)) {
    open = open.filter(({ span }) => span.endTimeUnixNano + toleranceNano >= inner.span.startTimeUnixNano);
    const use = (outer: Kind) => `${outer.span.spanId} ${inner.span.scope.name}`;
    const outer = open.find((other) => !taken.has(use(other)) && isBeside(other, inner) && isSame(other, inner));
    if (outer === undefined) open = [...open, inner].slice(-maxOpen);
    else {
      twins.set(inner, outer);
      taken.add(use(outer));
    }
  }
  return twins;
}

function outerFirst({ span: a }: Operation, { span: b }: Operation): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  return a.endTimeUnixNano === b.endTimeUnixNano ? compareSpans(a, b) : a.endTimeUnixNano > b.endTimeUnixNano ? -1 : 1;
}

/** One instrumentation writes one span for a request. */
function isBeside({ span: outer }: Operation, { span: inner }: Operation): boolean {
  return outer.scope.name !== inner.scope.name && inner.endTimeUnixNano <= outer.endTimeUnixNano + toleranceNano;
}

/** The same question and answer. Where one of them does not say, the same tokens; without an answer, the same failure. */
export function isSameRequest(outer: ModelOperation, inner: ModelOperation): boolean {
  const [one, other] = [toCall(outer), toCall(inner)];
  const saysBoth = hasContent(one) && hasContent(other);
  if (saysBoth && !isSameQuestion(one, other)) return false;
  if (hasOutput(one) && hasOutput(other)) return isSameAnswer(one, other);
  const [a, b] = [outer.usage, inner.usage];
  if (a !== undefined && b !== undefined) return isSameUsage(a, b);
  if (hasOutput(one) || hasOutput(other)) return false;
  return saysBoth || (outer.error !== undefined && inner.error !== undefined);
}

/** Nothing at all says nothing. */
function isSameUsage(a: TokenUsage, b: TokenUsage): boolean {
  return a.inputTokens + a.outputTokens > 0 && a.inputTokens === b.inputTokens && a.outputTokens === b.outputTokens;
}

function isSameQuestion(a: Call, b: Call): boolean {
  return a.history.length === b.history.length && lastUserText(a.history) === lastUserText(b.history);
}

function isSameAnswer(a: Call, b: Call): boolean {
  const namesOf = ({ calls }: Call) => calls.map(({ name }) => name).join(" ");
  return a.text.trim() === b.text.trim() && namesOf(a) === namesOf(b);
}

export function isSameUse(outer: ToolOperation, inner: ToolOperation): boolean {
  if (idsDiffer(outer.callId, inner.callId)) return false;
  if (outer.callId !== undefined && inner.callId !== undefined) return isUseOfOneId(outer, inner);
  return outer.name === inner.name && jsonKey(outer.arguments ?? null) === jsonKey(inner.arguments ?? null);
}
