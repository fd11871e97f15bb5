import { actionKey } from "./guards/action-key.ts";
import { composite } from "./guards/composite.ts";
import type { Guard, ModelUsage, Step, Trip } from "./guards/guard.ts";
import type { AskedToolCall } from "./message.ts";
import { shared } from "./shared.ts";

/** One run of an agent, watched by guards: it is told what the agent does, and says when that has to end. */
export interface GuardRun {
  /** Before a model is asked. A run that has tripped once says so at every further step. */
  beforeModelCall(model: string | undefined): Trip | undefined;
  /** Before a tool runs. What the model asked for counts once, whoever runs it. */
  beforeTool(name: string, toolArguments: unknown): Trip | undefined;
  answered(usage: ModelUsage, asked: readonly AskedToolCall[]): void;
}

/** A tool call that a model asked for. */
interface Asked {
  readonly name: string;
  readonly arguments: unknown;
  readonly key: string;
}

/** Begins a run with guards that have seen nothing. */
export function createGuardRun(guards: readonly Guard[]): GuardRun {
  const guard = composite(...guards).fresh();
  let used: readonly ModelUsage[] = [];
  let trip: Trip | undefined;
  /** Asked for and not seen to run yet; told to the guards or not. */
  let uncounted: readonly Asked[] = [];
  let counted: readonly Asked[] = [];

  const check = (step: Step): void => {
    trip ??= guard.check({ ...step, used });
    used = [];
  };
  return {
    beforeModelCall(model) {
      // The model goes on, so what it asked for was done, by tools that are not recorded.
      for (const call of uncounted) check({ type: "tool_call", name: call.name, arguments: call.arguments });
      [counted, uncounted] = [uncounted, []];
      check({ type: "model_call", ...(model !== undefined && { name: model }) });
      return trip;
    },
    beforeTool(name, toolArguments) {
      const early = findAsked(counted, name, toolArguments);
      counted = counted.filter((call) => call !== early);
      if (early !== undefined) return trip;
      const asked = findAsked(uncounted, name, toolArguments);
      uncounted = uncounted.filter((call) => call !== asked);
      check({ type: "tool_call", name, arguments: asked?.arguments ?? toolArguments });
      return trip;
    },
    answered(usage, asked) {
      used = [...used, usage];
      uncounted = [...uncounted, ...asked.map((call) => ({ ...call, key: actionKey(call.name, call.arguments) }))];
    },
  };
}

/** The one with equal arguments, else the first of that name: programs add defaults. */
function findAsked(calls: readonly Asked[], name: string, toolArguments: unknown): Asked | undefined {
  const named = calls.filter((call) => call.name === name);
  if (named.length < 2) return named[0];
  const key = actionKey(name, toolArguments);
  return named.find((call) => call.key === key) ?? named[0];
}

/** The guards of `instrument`, for every turn. */
const everyTurn = shared("guards", (): { guards: readonly Guard[] } => ({ guards: [] }));

export function setGuards(guards: readonly Guard[]): void {
  everyTurn.guards = guards;
}

/** Begins the run that a turn is; undefined without guards. */
export function startTurnGuards(): GuardRun | undefined {
  return everyTurn.guards.length === 0 ? undefined : createGuardRun(everyTurn.guards);
}
