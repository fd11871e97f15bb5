/**
 * Strands Agents, TypeScript and Python: an agent, the cycles of its loop, and below those its model and tool calls, in
 * the conventions of the day (events up to 1.36, or with an opt-in details events or attributes, one for each direction).
 *
 * Its quirks: the scope and the provider may be the service's name; a cycle repeats the whole history and is no step; the
 * agent's usage is the sum over the agent object's life, all turns of it, and never counts.
 */
import type { ToolDefinition } from "../model/session.ts";
import type { Span } from "../model/span.ts";
import { jsonAttribute, textAttribute } from "./attribute-values.ts";
import { readCutString } from "./cut-json.ts";
import type { Dialect } from "./dialect.ts";
import { genAiKind } from "./gen-ai.ts";
import { isList, parseStructure, unwrapJson } from "./lenient-json.ts";
import type { OperationKind } from "./operation.ts";
import { readOperation } from "./read-operation.ts";
import type { DialectRules } from "./read-operation.ts";

/** The first two mark a cycle, the third any span. */
const marks = ["agent_loop.cycle_id", "event_loop.cycle_id", "gen_ai.event.start_time"];
const cycles = new Set(["execute_agent_loop_cycle", "execute_event_loop_cycle"]);
const scopes = new Set(["strands.telemetry.tracer", "opentelemetry.instrumentation.strands"]);

const rules: DialectRules = {
  name: "strands",
  kindOf,
  readTools: ({ attributes }) => namedTools(unwrapJson(jsonAttribute(attributes, "gen_ai.agent.tools") ?? null)),
  readSystemPrompt: ({ attributes }) => {
    const text = textAttribute(attributes, "gen_ai.agent.system_prompt", "system_prompt");
    if (text === undefined) return undefined;
    const opened = parseStructure(text) ?? readCutString(text);
    return typeof opened === "string" ? opened : text;
  },
  repliesInMessages: true,
};

export const strands: Dialect = {
  name: rules.name,
  matches: ({ name, scope, attributes }) =>
    marks.some((key) => attributes.has(key)) || cycles.has(name) || scopes.has(scope.name),
  read: (span, context) => readOperation(span, context, rules),
};

/** Agents work alone, as a swarm or as a graph. */
function kindOf(span: Span): OperationKind {
  if (cycles.has(span.name)) return "other";
  const kind = genAiKind(span);
  if (kind !== "other") return kind;
  return /^invoke_(?:agent|swarm|graph)\b/.test(span.name) ? "agent" : "other";
}

/** Without an opt-in only the names of the tools are recorded. */
function namedTools(names: ReturnType<typeof unwrapJson>): readonly ToolDefinition[] {
  return isList(names) ? names.flatMap((name) => (typeof name === "string" && name !== "" ? [{ name }] : [])) : [];
}
