import { SpanKind } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import { startTurnGuards } from "./guard-run.ts";
import { observeCall } from "./observe-call.ts";
import { openSpan, type OpenSpan } from "./open-span.ts";
import { safely } from "./safely.ts";
import { currentScope, type Scope, within } from "./scope.ts";
import { currentTracing, type Tracing } from "./tracing.ts";

/**
 * Runs `fn` as one run of the agent `name`: an `invoke_agent` span around it, and the agent's name on everything
 * recorded in it. Returns what `fn` returns; an error passes through.
 */
export function withAgent<T>(name: string, fn: () => T): T {
  const scope = { agentName: name, ...guardScope() };
  const tracing = currentTracing();
  const open = tracing && safely(() => within(scope, () => openAgentSpan(tracing, name)));
  return open === undefined ? within(scope, fn) : observeCall(open, scope, fn);
}

function openAgentSpan(tracing: Tracing, name: string): OpenSpan {
  const { span, turnTrace } = currentScope();
  if (span === undefined) turnTrace?.beginTurn();
  return openSpan(tracing, `invoke_agent ${name}`, SpanKind.INTERNAL, { [genAi.operationName]: "invoke_agent" });
}

/** Outside of any session the outermost agent is what a turn is inside of one. */
function guardScope(): Scope {
  const { guardRuns, turnTrace } = currentScope();
  const run = guardRuns === undefined && turnTrace === undefined ? startTurnGuards() : undefined;
  return run === undefined ? {} : { guardRuns: [run] };
}
