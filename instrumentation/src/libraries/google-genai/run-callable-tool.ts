import { type Fields, fieldsOf, listOf, textOf, toJson } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import type { OpenSpan } from "../../open-span.ts";
import { safely } from "../../safely.ts";
import { within } from "../../scope.ts";
import { safelyUnlessGuarded } from "../../stop-if-tripped.ts";
import { openToolSpan, toolResultAttributes } from "../../tool.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { outputOf } from "./content-parts.ts";

/** One function call that a tool was given. */
interface Run {
  readonly id: string | undefined;
  readonly name: string;
  readonly open: OpenSpan;
}

/**
 * Calls a tool with the model's function calls, of which those by the names that it has declared are its own, and records
 * each. The tool answers with a list of parts that hold function responses.
 */
export function runCallableTool(names: ReadonlySet<string>, functionCalls: unknown, call: () => unknown): unknown {
  const tracing = currentTracing();
  const runs = (tracing && safelyUnlessGuarded(() => openRuns(tracing, names, functionCalls))) ?? [];
  const [first] = runs;
  if (tracing === undefined || first === undefined) return call();
  const fail = (error: unknown): void => runs.forEach(({ open }) => open.fail(error));
  try {
    return observeResult(
      within({ span: first.open.span }, call),
      (parts) => safely(() => endRuns(tracing, runs, parts)),
      fail,
    );
  } catch (error) {
    fail(error);
    throw error;
  }
}

function openRuns(tracing: Tracing, names: ReadonlySet<string>, functionCalls: unknown): readonly Run[] {
  const runs: Run[] = [];
  try {
    for (const { id, name, args } of listOf(functionCalls).map(fieldsOf)) {
      if (typeof name !== "string" || !names.has(name)) continue;
      runs.push({ id: textOf(id), name, open: openToolSpan(tracing, name, args ?? {}, textOf(id)) });
    }
    return runs;
  } catch (error) {
    // A guard refuses one of them: then none is run.
    for (const { open } of runs) open.fail(error);
    throw error;
  }
}

/** A call's answer is the one with its id, else the next one with its name. */
function endRuns(tracing: Tracing, runs: readonly Run[], parts: unknown): void {
  const answers = listOf(parts).map((part) => fieldsOf(fieldsOf(part)["functionResponse"]));
  for (const { id, name, open } of runs) {
    const byId = id === undefined ? -1 : answers.findIndex((answer) => answer["id"] === id);
    const at = byId >= 0 ? byId : answers.findIndex((answer) => answer["name"] === name && answer["id"] === undefined);
    const [answer] = at < 0 ? [] : answers.splice(at, 1);
    endRun(tracing, open, answer);
  }
}

/** By the API's rule a tool that failed says so under `error`. */
function endRun(tracing: Tracing, open: OpenSpan, answer: Fields | undefined): void {
  const response = answer?.["response"];
  const { error } = fieldsOf(response);
  if (error === undefined)
    open.end(() => (answer === undefined ? {} : toolResultAttributes(tracing, outputOf(response))));
  else open.fail(new ToolError(textOf(error) ?? textOf(fieldsOf(error)["message"]) ?? toJson(error)));
}

class ToolError extends Error {
  override readonly name = "ToolError";
}
