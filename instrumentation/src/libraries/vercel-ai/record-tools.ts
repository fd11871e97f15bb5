import { copyWith } from "../../copy-with.ts";
import { type Fields, fieldsOf, isFields, textOf } from "../../json.ts";
import { observeResult } from "../../observe-result.ts";
import type { OpenSpan } from "../../open-span.ts";
import { safelyUnlessGuarded } from "../../stop-if-tripped.ts";
import { openToolSpan, toolResultAttributes } from "../../tool.ts";
import { within } from "../../scope.ts";
import { currentTracing, type Tracing } from "../../tracing.ts";
import { allowedTracing } from "./call-settings.ts";
import { type Callable, isCallable } from "./callable.ts";

/** A copy of a call's `tools` whose `execute` functions are recorded. */
export function withRecordedTools(tools: Fields): Fields {
  return Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, recorded(name, tool)]));
}

/** The same tool but for what `execute` does. */
function recorded(name: string, tool: unknown): unknown {
  const execute = fieldsOf(tool)["execute"];
  if (!isFields(tool) || !isCallable(execute)) return tool;
  const value: Callable = function (this: unknown, input, options) {
    const call = (): unknown => execute.call(this === copy ? tool : this, input, options);
    const running = currentTracing();
    const tracing = running && allowedTracing(running);
    const id = textOf(fieldsOf(options)["toolCallId"]);
    const open = tracing && safelyUnlessGuarded(() => openToolSpan(tracing, name, input, id));
    return tracing === undefined || open === undefined ? call() : observeTool(tracing, open, call);
  };
  const copy = copyWith(tool, { execute: value });
  return copy;
}

/** Since version 5 a tool may also be a generator, whose last output is the result. */
function observeTool(tracing: Tracing, open: OpenSpan, call: () => unknown): unknown {
  const end = (output: unknown): void => open.end(() => toolResultAttributes(tracing, output));
  try {
    const result = within({ span: open.span }, call);
    return isAsyncIterable(result) ? observeOutputs(result, open, end) : observeResult(result, end, open.fail);
  } catch (error) {
    open.fail(error);
    throw error;
  }
}

async function* observeOutputs(outputs: AsyncIterable<unknown>, open: OpenSpan, end: (output: unknown) => void) {
  const iterator = outputs[Symbol.asyncIterator]();
  let output: unknown;
  try {
    for (;;) {
      const step = await within({ span: open.span }, async () => iterator.next());
      if (step.done === true) return;
      output = step.value;
      yield output;
    }
  } catch (error) {
    open.fail(error);
    throw error;
  } finally {
    end(output);
    await iterator.return?.();
  }
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && Symbol.asyncIterator in value;
