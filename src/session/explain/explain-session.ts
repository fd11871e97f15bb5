/**
 * How a session was built, out of the same facts by the same code: the facts are watched while they are read, and the drafts
 * say where their parts are from. Pure; derived when somebody asks.
 */
import type { Operation } from "../../dialects/operation.ts";
import type { ConversationExplanation, SessionExplanation, TraceExplanation } from "../../model/explanation.ts";
import { slotsOf } from "../build-steps.ts";
import type { StepSources } from "../build-steps.ts";
import { buildTurns, createUnitFinder, fillDrafts, sourcesOf } from "../build-turns.ts";
import { draftTurns } from "../draft-turns.ts";
import { createFactsReader } from "../facts-reader.ts";
import { createRecordFolder } from "../fold-records.ts";
import { groupConversations } from "../group-conversations.ts";
import type { SpanFacts } from "../span-facts.ts";
import type { BuildOptions } from "../build-session.ts";
import { explainNames } from "./explain-names.ts";
import { explainSpans } from "./explain-spans.ts";
import { explainTurn } from "./explain-turn.ts";
import type { IdentifiedUnit } from "../trace-units.ts";
import { sourceOf } from "./sources.ts";
import { watchFacts } from "./watched-facts.ts";
import type { WatchedFacts } from "./watched-facts.ts";

export interface ExplainOptions extends Omit<BuildOptions, "note"> {
  /** Show the beginnings of attributes' values. */
  readonly values: boolean;
}

const maxTurns = 200;

export function explainSession(
  facts: SpanFacts,
  { conversationId, values, ...options }: ExplainOptions,
): SessionExplanation {
  const watched = watchFacts(facts);
  const reader = createFactsReader({ ...options, note: watched.note });
  reader.add(watched.facts);
  const { units, tree } = reader.read();
  const own = units.filter(({ plainId }) => plainId === undefined || plainId === conversationId);
  const folded = createRecordFolder().fold(own, tree);
  const drafted = draftTurns(folded, tree);
  const unitsOf = createUnitFinder(own);
  const { drafts } = fillDrafts(drafted);
  const id = conversationId ?? drafted.context.embeddedId;
  const isGuess = id === undefined && drafted.context.guesses > 1;
  const turns = buildTurns(drafted, tree, isGuess).turns.flatMap((turn, at) => {
    const draft = drafts[at];
    return draft === undefined ? [] : [explainTurn(draft, turn, { units: unitsOf(draft), tree, watched })];
  });
  const calls = turns.flatMap(({ modelCalls }) => modelCalls);
  const shown = turns.slice(0, maxTurns);
  const again = toldAgain(
    own,
    folded,
    drafts.map((draft) => sourcesOf(draft, unitsOf(draft), tree)),
  );
  const spans = explainSpans({
    units,
    own: new Set(own),
    again,
    drafts,
    tree,
    watched,
    logRecords: facts.logRecords,
    values,
  });
  return {
    conversation: explainConversation(own, id, watched),
    ...explainNames(own, drafted.context, watched),
    traces: explainTraces(units, new Set(own)),
    turns: shown,
    spans: spans.shown,
    unpricedCalls: calls.filter((call) => "unpriced" in call.cost && !call.isFree).length,
    callsWithoutUsage: calls.filter((call) => call.usage === undefined && !call.isFree).length,
    omitted: { turns: turns.length - shown.length, spans: spans.omitted },
  };
}

/** Spans that tell once more of what another one stands for. */
function toldAgain(
  units: readonly IdentifiedUnit[],
  folded: readonly IdentifiedUnit[],
  sources: readonly StepSources[],
): ReadonlySet<Operation> {
  const counting = new Set<Operation>(folded.flatMap(({ calls }) => calls.map(({ operation }) => operation)));
  const calls = units.flatMap((unit) => unit.calls.map(({ operation }) => operation));
  const tools = sources.flatMap(slotsOf).flatMap(({ again = [] }) => again);
  return new Set([...calls.filter((operation) => !counting.has(operation)), ...tools]);
}

function explainConversation(
  units: readonly IdentifiedUnit[],
  id: string | undefined,
  watched: WatchedFacts,
): ConversationExplanation {
  if (id === undefined) return { by: "none" };
  const operations = units.flatMap((unit) => unit.operations);
  const named = operations.find((operation) => operation.conversationId === id);
  const embedded = operations.find((operation) => operation.embeddedConversationId === id);
  const source = named ?? embedded;
  const by = named === undefined ? "embedded" : "attribute";
  return { id, by, ...(source === undefined ? {} : { source: sourceOf(source.span, "conversation_id", watched) }) };
}

/** Those that do not belong come last. */
function explainTraces(
  units: readonly IdentifiedUnit[],
  own: ReadonlySet<IdentifiedUnit>,
): readonly TraceExplanation[] {
  const groups = groupConversations<IdentifiedUnit>([...own]);
  const ties = new Map(
    groups.flatMap((group, at) => group.units.map((unit, place) => [unit, { tie: group.ties[place], at }])),
  );
  return [...units]
    .sort((a, b) => Number(own.has(b)) - Number(own.has(a)))
    .map((unit) => {
      const place = { traceId: unit.traceId, spans: unit.operations.length };
      const { tie, at = 0 } = ties.get(unit) ?? {};
      if (tie === undefined) return { ...place, because: "other_conversation" };
      if (tie.by === "messages") return { ...place, because: "shared_messages", sharedMessages: tie.shared };
      if (tie.by === "id") return { ...place, because: "conversation_id" };
      if (tie.by === "response") return { ...place, because: "same_response" };
      if (tie.by === "circumstance") return { ...place, because: "same_user" };
      return { ...place, because: at === 0 ? "first" : "joined" };
    });
}
