/** What guards say of a run that is over. */
import type { Guard, Step, Trip } from "@turnwise/instrumentation/guards";
import { strip } from "../python-text.ts";
import type { CompleteResult } from "./agent-result.ts";
import type { WatchedRun } from "./agent-run.ts";

/**
 * What stops a run whose agent has answered. What has tripped stays so: an agent that catches the error and goes on has not kept
 * to the limit.
 */
export function tripOf(guard: Guard, run: WatchedRun, result: CompleteResult): Trip | undefined {
  return run.trip() ?? sweep(guard, run.told, result);
}

/**
 * Of the steps that the agent told of, with what no guard could know before: what the last of them cost, and how many there were
 * that it did not tell of. Or of those that its result shows, if it told of none.
 */
function sweep(guard: Guard, told: readonly Step[], result: CompleteResult): Trip | undefined {
  return firstTrip(
    guard,
    told.length === 0 ? stepsOf(result) : [...withLastCost(told, result), ...untold(told, result)],
  );
}

/**
 * As agent-evals does it: as many steps as the result says (so of 0 there is none to check), each with an action that is that of
 * the trace at its place, else the tool call at its place. Those without an action are all the same one.
 */
export function sweepAsAgentEvals(guard: Guard, result: CompleteResult): Trip | undefined {
  const { stepsTaken = 1 } = result;
  return firstTrip(
    guard,
    costAtFirst(placesUpTo(stepsTaken), result, (at) => toolStep("action", actionOf(result, at))),
  );
}

function firstTrip(guard: Guard, steps: Iterable<Step>): Trip | undefined {
  const fresh = guard.fresh();
  for (const step of steps) {
    const trip = fresh.check(step);
    if (trip !== undefined) return trip;
  }
  return undefined;
}

/** At least one, so that its cost is looked at. A trace says what was done only where no tool call does. */
function stepsOf(result: CompleteResult): Iterable<Step> {
  const { toolCalls, reasoningTrace, stepsTaken = 0 } = result;
  const actions = toolCalls.length === 0 ? reasoningTrace.map(({ action = "" }) => strip(action)) : [];
  const count = Math.max(1, stepsTaken, toolCalls.length, reasoningTrace.length);
  return costAtFirst(placesUpTo(count), result, (at) => {
    const call = toolCalls[at];
    if (call !== undefined) return toolStep(call.name, call.arguments);
    const action = actions[at] ?? "";
    return action === "" ? { type: "model_call" } : toolStep(action, undefined);
  });
}

const toolStep = (name: string, toolArguments: unknown): Step => ({
  type: "tool_call",
  name,
  arguments: toolArguments,
});

/** So many are looked at: more than any guard allows, but an agent may name any number. */
const mostSteps = 100_000;

const placesUpTo = (count: number): Iterable<number> => Array.from({ length: Math.min(count, mostSteps) }).keys();

/** When what was spent is not known, so all of it counts from the first step on. */
function* costAtFirst(
  places: Iterable<number>,
  { costUsd }: CompleteResult,
  stepAt: (at: number) => Step,
): Iterable<Step> {
  for (const at of places) yield at === 0 && costUsd !== undefined ? { ...stepAt(at), costUsd } : stepAt(at);
}

/** Told in part, it is not known what the others were, so they are like no other. */
function untold(told: readonly Step[], { stepsTaken = 0, toolCalls }: CompleteResult): readonly Step[] {
  const count = Math.min(mostSteps, Math.max(stepsTaken, toolCalls.length)) - told.length;
  return Array.from({ length: Math.max(0, count) }, () => ({ type: "model_call" }));
}

/** Where the guard was told of model calls it knows what they cost, or says itself that it does not. */
function withLastCost(told: readonly Step[], { costUsd = 0 }: CompleteResult): readonly Step[] {
  const owed = costUsd - told.reduce((sum, step) => sum + (step.costUsd ?? 0), 0);
  const last = told.at(-1);
  if (last === undefined || owed <= 0 || told.some(({ used = [] }) => used.length > 0)) return told;
  return [...told.slice(0, -1), { ...last, costUsd: (last.costUsd ?? 0) + owed }];
}

/** Cut short by code points, as there. Arguments are written as JSON, where Python has its own notation. */
function actionOf({ reasoningTrace, toolCalls }: CompleteResult, at: number): string {
  const [thought, call] = [reasoningTrace[at], toolCalls[at]];
  if (thought !== undefined) return cut(thought.action ?? "", 120);
  return call === undefined ? `step_${at}` : `${call.name}:${cut(JSON.stringify(call.arguments ?? {}), 80)}`;
}

const cut = (text: string, length: number): string =>
  Array.from(text.slice(0, 2 * length))
    .slice(0, length)
    .join("");
