/** One conversation's spans and log records as a session. Pure: run again whenever something new has arrived. */
import type { Operation } from "../dialects/operation.ts";
import type { BuiltSession, ToolDefinition, Turn } from "../model/session.ts";
import { buildTurns } from "./build-turns.ts";
import { compareCalls } from "./call.ts";
import type { Call } from "./call.ts";
import { digestOfSession } from "./digest.ts";
import { linkOfName, linksOf } from "./message-links.ts";
import { compareSpans } from "./normalise-spans.ts";
import { readFacts } from "./read-facts.ts";
import type { SpanFacts } from "./span-facts.ts";
import { earliest, latest } from "./span-times.ts";
import type { SpanTree } from "./span-tree.ts";
import { addUsage, noUsage } from "./token-usage.ts";
import { toTraceUnits } from "./trace-units.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface SessionBuild {
  readonly session: BuiltSession;
  /** Digests of neighbouring messages, by which sessions without an id find each other. */
  readonly links: readonly bigint[];
}

/**
 * With an id: the spans that resolve to it, and those that resolve to none. Without: everything without an id. Spans of
 * other conversations among the facts (they share a trace) are left out. Never throws.
 */
export function buildSession(facts: SpanFacts, { conversationId }: { readonly conversationId?: string }): SessionBuild {
  const read = readFacts(facts);
  const units = toTraceUnits(read).filter(({ plainId }) => plainId === undefined || plainId === conversationId);
  const links = conversationId === undefined ? linksOfUnits(units) : [];
  return { session: buildFromUnits(units, read.tree, conversationId), links };
}

/** The units of one conversation. */
export function buildFromUnits(
  units: readonly IdentifiedUnit[],
  tree: SpanTree,
  givenId: string | undefined,
): BuiltSession {
  const operations = units.flatMap((unit) => unit.operations).sort((a, b) => compareSpans(a.span, b.span));
  const calls = units.flatMap((unit) => unit.calls).sort(compareCalls);
  const conversationId = givenId ?? units.find(({ embeddedId }) => embeddedId !== undefined)?.embeddedId;
  const isGuess =
    conversationId === undefined && units.filter(({ circumstance }) => circumstance !== undefined).length > 1;
  const turns = buildTurns({ operations, calls, isGuess }, tree);
  const costs = turns.flatMap(({ costUsd }) => costUsd ?? []);
  return {
    ...(conversationId === undefined ? {} : { conversationId }),
    source: "otlp",
    ...identityOf(operations),
    ...contextOf(calls),
    dialects: distinct(operations.flatMap(({ kind, dialect }) => (kind === "other" ? [] : (dialect ?? [])))),
    turns,
    usage: turns.reduce((sum, { usage }) => addUsage(sum, usage), noUsage),
    ...(costs.length === 0 ? {} : { costUsd: costs.reduce((sum, cost) => sum + cost, 0) }),
    ...timesOf(turns),
    digest: digestOfSession(turns),
  };
}

function linksOfUnits(units: readonly IdentifiedUnit[]): readonly bigint[] {
  const names = units.flatMap(({ embeddedId, circumstance }) => [
    ...(embeddedId === undefined ? [] : [linkOfName("conversation", embeddedId)]),
    ...(circumstance === undefined ? [] : [linkOfName("circumstance", circumstance)]),
  ]);
  return distinct([...linksOf(units.flatMap(({ calls }) => calls)), ...names]);
}

/** The user of the first span that names one; the agent's name likewise, an agent's own word before a model call's. */
function identityOf(operations: readonly Operation[]): { readonly userId?: string; readonly agentName?: string } {
  const userId = operations.find((operation) => operation.userId !== undefined)?.userId;
  const named = operations.filter(({ agentName }) => agentName !== undefined);
  const agentName = (named.find(({ kind }) => kind === "agent") ?? named[0])?.agentName;
  return { ...(userId === undefined ? {} : { userId }), ...(agentName === undefined ? {} : { agentName }) };
}

function contextOf(calls: readonly Call[]): Pick<BuiltSession, "models" | "systemPrompt" | "tools"> {
  const systemPrompt = calls.find((call) => call.systemPrompt !== "")?.systemPrompt;
  const tools = new Map<string, ToolDefinition>();
  for (const { operation } of calls) for (const tool of operation.tools) tools.set(tool.name, tool);
  return {
    models: distinct(calls.flatMap(({ operation }) => operation.model ?? operation.responseModel ?? [])),
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
    tools: [...tools.values()],
  };
}

function timesOf(turns: readonly Turn[]): { readonly startedAt?: Date; readonly endedAt?: Date } {
  const starts = turns.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = turns.flatMap(({ startedAt, endedAt }) => endedAt ?? startedAt ?? []);
  const [startedAt, endedAt] = [earliest(starts), latest(ends)];
  return startedAt === undefined || endedAt === undefined ? {} : { startedAt, endedAt };
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}
