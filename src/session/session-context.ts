/** What a session says beside its turns, taken up in the order of time: so far, and further on from there. */
import type { Message } from "../dialects/message.ts";
import type { Operation } from "../dialects/operation.ts";
import type { BuiltSession, ToolDefinition } from "../model/session.ts";
import type { Call } from "./call.ts";
import { longerRecord } from "./history-record.ts";
import type { IdentifiedUnit } from "./trace-units.ts";

export interface SessionContext {
  /** Of the first span that names one. */
  readonly userId?: string;
  /** An agent's own word goes before a model call's. */
  readonly agentName?: string;
  readonly isAgentsWord: boolean;
  /** Found inside a JSON value. */
  readonly embeddedId?: string;
  readonly systemPrompt?: string;
  readonly models: readonly string[];
  readonly dialects: readonly string[];
  /** By name; the last definition counts. */
  readonly tools: ReadonlyMap<string, ToolDefinition>;
  /** Traces that only circumstance ties to the others. */
  readonly guesses: number;
  /** All that the application is known to have on record: see longerRecord. */
  readonly record?: readonly Message[];
}

export const noContext: SessionContext = {
  isAgentsWord: false,
  models: [],
  dialects: [],
  tools: new Map(),
  guesses: 0,
};

/** What happened after all that `before` is about; operations and calls by start. */
export interface Stretch {
  readonly units: readonly IdentifiedUnit[];
  readonly operations: readonly Operation[];
  readonly calls: readonly Call[];
}

export function addToContext(before: SessionContext, stretch: Stretch): SessionContext {
  const { units, operations, calls } = stretch;
  const userId = before.userId ?? firstOf(operations, (operation) => operation.userId);
  const embeddedId = before.embeddedId ?? firstOf(units, (unit) => unit.embeddedId);
  // Some libraries write what the model is told and offered only on the agent around it.
  const agents = operations.filter((operation) => operation.kind === "agent");
  const systemPrompt =
    before.systemPrompt ??
    firstOf(calls, (call) => call.systemPrompt || undefined) ??
    firstOf(agents, (agent) => agent.systemPrompt);
  const record = longerRecord(calls, before.record);
  return {
    ...(userId === undefined ? {} : { userId }),
    ...agentOf(before, operations),
    ...(embeddedId === undefined ? {} : { embeddedId }),
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
    models: distinct(
      before.models,
      calls.flatMap(({ operation }) => operation.model ?? operation.responseModel ?? []),
    ),
    dialects: distinct(
      before.dialects,
      operations.flatMap(({ kind, dialect }) => (kind === "other" ? [] : (dialect ?? []))),
    ),
    tools: addTools(before.tools, [...agents, ...calls.map(({ operation }) => operation)]),
    guesses: before.guesses + units.filter(({ circumstance }) => circumstance !== undefined).length,
    ...(record === undefined ? {} : { record }),
  };
}

/** As the session shows it. */
export function shownContext(
  context: SessionContext,
): Pick<BuiltSession, "userId" | "agentName" | "models" | "systemPrompt" | "tools" | "dialects"> {
  const { userId, agentName, systemPrompt, models, dialects, tools } = context;
  return {
    ...(userId === undefined ? {} : { userId }),
    ...(agentName === undefined ? {} : { agentName }),
    models,
    dialects,
    ...(systemPrompt === undefined ? {} : { systemPrompt }),
    tools: [...tools.values()],
  };
}

function agentOf(
  before: SessionContext,
  operations: readonly Operation[],
): Pick<SessionContext, "agentName" | "isAgentsWord"> {
  const { agentName, isAgentsWord } = before;
  const own = isAgentsWord
    ? undefined
    : firstOf(operations, (operation) => (operation.kind === "agent" ? operation.agentName : undefined));
  if (own !== undefined) return { agentName: own, isAgentsWord: true };
  const name = agentName ?? firstOf(operations, (operation) => operation.agentName);
  return { ...(name === undefined ? {} : { agentName: name }), isAgentsWord };
}

/** The same map when nothing about it changes, as it is with nearly every call. */
function addTools(
  before: ReadonlyMap<string, ToolDefinition>,
  operations: readonly { readonly tools: readonly ToolDefinition[] }[],
): ReadonlyMap<string, ToolDefinition> {
  let tools: Map<string, ToolDefinition> | undefined;
  let last: readonly ToolDefinition[] = [];
  for (const operation of operations) {
    for (const tool of operation.tools === last ? [] : operation.tools)
      if ((tools ?? before).get(tool.name) !== tool) (tools ??= new Map(before)).set(tool.name, tool);
    last = operation.tools;
  }
  return tools ?? before;
}

function firstOf<Value, Found>(values: readonly Value[], find: (value: Value) => Found | undefined): Found | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function distinct<Value>(before: readonly Value[], more: readonly Value[]): readonly Value[] {
  const values = new Set(before);
  for (const value of more) values.add(value);
  return values.size === before.length ? before : [...values];
}
