/** One conversation's spans and log records as a session. Pure: the same facts give the same session. */
import type { BuiltSession } from "../model/session.ts";
import { buildTurns } from "./build-turns.ts";
import type { BuiltTurns } from "./build-turns.ts";
import { countSame } from "./count-same.ts";
import { createSessionDigest } from "./digest.ts";
import type { SessionDigest } from "./digest.ts";
import { draftTurns } from "./draft-turns.ts";
import type { DraftedTurns } from "./draft-turns.ts";
import { createFactsReader } from "./facts-reader.ts";
import type { ReadOptions } from "./facts-reader.ts";
import { createRecordFolder } from "./fold-records.ts";
import { createLinkList } from "./message-links.ts";
import { shownContext } from "./session-context.ts";
import { shownSums } from "./session-sums.ts";
import type { SpanFacts } from "./span-facts.ts";
import type { SpanTree } from "./span-tree.ts";
import { compareUnits } from "./trace-units.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface SessionBuild {
  readonly session: BuiltSession;
  /** Digests of neighbouring messages, by which sessions without an id find each other. */
  readonly links: readonly bigint[];
  /** Those of traces that have changed since the build before, as far as they were not there or may tie anew. */
  readonly newLinks: readonly bigint[];
}

export interface BuildOptions extends ReadOptions {
  /**
   * With an id: the spans that resolve to it, and those that resolve to none. Without: everything without an id. Spans of
   * other conversations among the facts (they share a trace) are left out.
   */
  readonly conversationId?: string;
}

/** Never throws. */
export function buildSession(facts: SpanFacts, { conversationId, ...options }: BuildOptions): SessionBuild {
  const builder = createSessionBuilder(options);
  builder.add(facts);
  return builder.build(conversationId);
}

export interface SessionBuilder {
  /** In any order. Each log record once. */
  add(facts: SpanFacts): void;
  /** What the traces say that were added until now. */
  read(): readonly IdentifiedUnit[];
  /**
   * Of all that was added until now: the same as buildSession gives of all at once, for the work that the last turns cost.
   * Turns of which nothing has changed are the same objects as in the build before.
   */
  build(conversationId?: string): SessionBuild;
}

export function createSessionBuilder(options: ReadOptions = {}): SessionBuilder {
  const reader = createFactsReader(options);
  const links = createLinkList();
  const records = createRecordFolder();
  const ownOf = createOwnUnits();
  const digest = createSessionDigest();
  let drafted: DraftedTurns | undefined;
  let turns: BuiltTurns | undefined;
  return {
    add: (facts) => reader.add(facts),
    read: () => reader.read().units,
    build(conversationId) {
      const { units, tree } = reader.read();
      const own = ownOf(units, conversationId);
      drafted = draftTurns(records.fold(own, tree), tree, drafted);
      turns = turnsOf(drafted, tree, conversationId, turns);
      return { session: sessionOf(drafted, turns, conversationId, digest), ...links.update(own) };
    },
  };
}

/** Nearly always they all are; then only new ones are looked at. */
function createOwnUnits() {
  let known: { readonly all: readonly IdentifiedUnit[]; readonly id: string | undefined } = { all: [], id: undefined };
  return (units: readonly IdentifiedUnit[], id: string | undefined): readonly IdentifiedUnit[] => {
    const same = id === known.id ? countSame(units, known.all) : 0;
    const isOwn = ({ plainId }: IdentifiedUnit): boolean => plainId === undefined || plainId === id;
    if (!units.slice(same).every(isOwn)) return units.filter(isOwn);
    known = { all: units, id };
    return units;
  };
}

/** The units of one conversation, in any order. */
export function buildFromUnits(
  units: readonly IdentifiedUnit[],
  tree: SpanTree,
  givenId: string | undefined,
): BuiltSession {
  const folded = createRecordFolder().fold([...units].sort(compareUnits), tree);
  const drafted = draftTurns(folded, tree);
  return sessionOf(drafted, turnsOf(drafted, tree, givenId), givenId);
}

function turnsOf(drafted: DraftedTurns, tree: SpanTree, givenId: string | undefined, before?: BuiltTurns): BuiltTurns {
  const { embeddedId, guesses } = drafted.context;
  return buildTurns(drafted, tree, (givenId ?? embeddedId) === undefined && guesses > 1, before);
}

function sessionOf(
  { context }: DraftedTurns,
  { turns, sums }: BuiltTurns,
  givenId: string | undefined,
  digest: SessionDigest = createSessionDigest(),
): BuiltSession {
  const conversationId = givenId ?? context.embeddedId;
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    source: "otlp",
    ...shownContext(context),
    turns,
    ...shownSums(sums.at(-1)),
    digest: digest.update(turns),
  };
}
