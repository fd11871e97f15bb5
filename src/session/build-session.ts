/** One conversation's spans and log records as a session. Pure: the same facts give the same session. */
import type { BuiltSession, Turn } from "../model/session.ts";
import { buildTurns } from "./build-turns.ts";
import { digestOfSession } from "./digest.ts";
import { draftTurns } from "./draft-turns.ts";
import type { DraftedTurns } from "./draft-turns.ts";
import { createFactsReader } from "./facts-reader.ts";
import type { ReadOptions } from "./facts-reader.ts";
import { createLinkList } from "./message-links.ts";
import { shownContext } from "./session-context.ts";
import type { SpanFacts } from "./span-facts.ts";
import type { SpanTree } from "./span-tree.ts";
import { addUsage, costOfTurns, noUsage } from "./token-usage.ts";
import { compareUnits } from "./trace-units.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface SessionBuild {
  readonly session: BuiltSession;
  /** Digests of neighbouring messages, by which sessions without an id find each other. */
  readonly links: readonly bigint[];
}

export interface BuildOptions extends ReadOptions {
  /**
   * With an id: the spans that resolve to it, and those that resolve to none. Without: everything without an id. Spans of
   * other conversations among the facts (they share a trace) are left out.
   */
  readonly conversationId?: string;
}

/** Never throws. */
export function buildSession(facts: SpanFacts, options: BuildOptions): SessionBuild {
  const builder = createSessionBuilder(options);
  builder.add(facts);
  return builder.build();
}

export interface SessionBuilder {
  /** In any order. Each log record once. */
  add(facts: SpanFacts): void;
  /**
   * Of all that was added until now: the same as buildSession gives of all at once, for the work that the last turns cost.
   * Turns of which nothing has changed are the same objects as in the build before.
   */
  build(): SessionBuild;
}

export function createSessionBuilder({ conversationId, ...options }: BuildOptions): SessionBuilder {
  const reader = createFactsReader(options);
  const links = createLinkList();
  let drafted: DraftedTurns | undefined;
  return {
    add: (facts) => reader.add(facts),
    build() {
      const { units, tree } = reader.read();
      const own = units.filter(({ plainId }) => plainId === undefined || plainId === conversationId);
      drafted = draftTurns(own, tree, drafted);
      return { session: sessionOf(drafted, tree, conversationId), links: links.update(own) };
    },
  };
}

/** The units of one conversation, in any order. */
export function buildFromUnits(
  units: readonly IdentifiedUnit[],
  tree: SpanTree,
  givenId: string | undefined,
): BuiltSession {
  return sessionOf(draftTurns([...units].sort(compareUnits), tree), tree, givenId);
}

function sessionOf(drafted: DraftedTurns, tree: SpanTree, givenId: string | undefined): BuiltSession {
  const { context } = drafted;
  const conversationId = givenId ?? context.embeddedId;
  const turns = buildTurns(drafted, tree, conversationId === undefined && context.guesses > 1);
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    source: "otlp",
    ...shownContext(context),
    turns,
    usage: turns.reduce((sum, { usage }) => addUsage(sum, usage), noUsage),
    ...costOf(turns),
    ...timesOf(turns),
    digest: digestOfSession(turns),
  };
}

function costOf(turns: readonly Turn[]): { readonly costUsd?: number } {
  const costUsd = costOfTurns(turns);
  return costUsd === undefined ? {} : { costUsd };
}

function timesOf(turns: readonly Turn[]): { readonly startedAt?: Date; readonly endedAt?: Date } {
  let [startedAt, endedAt]: [Date | undefined, Date | undefined] = [undefined, undefined];
  for (const turn of turns) {
    const [start, end] = [turn.startedAt, turn.endedAt ?? turn.startedAt];
    if (start !== undefined && (startedAt === undefined || start < startedAt)) startedAt = start;
    if (end !== undefined && (endedAt === undefined || end > endedAt)) endedAt = end;
  }
  return startedAt === undefined || endedAt === undefined ? {} : { startedAt, endedAt };
}
