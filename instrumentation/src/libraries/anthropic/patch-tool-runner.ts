import { type Fields, fieldsOf, listOf } from "../../json.ts";
import { safely } from "../../safely.ts";
import { tool } from "../../tool.ts";
import { inPlaceOf, isInPlace } from "../in-place-of.ts";

type ToolRunner = (this: unknown, body: unknown, ...rest: unknown[]) => unknown;

/** Records the runs of the tools that `toolRunner` is given. Does nothing where there is no such method. */
export function patchToolRunner(prototype: unknown): void {
  const original = fieldsOf(prototype)["toolRunner"];
  if (!isToolRunner(original) || isInPlace(original)) return;
  const observed: ToolRunner = function (this: unknown, body, ...rest) {
    return original.call(this, safely(() => withRecordedTools(fieldsOf(body))) ?? body, ...rest);
  };
  Reflect.set(fieldsOf(prototype), "toolRunner", inPlaceOf(original, observed));
}

function withRecordedTools(body: Fields): Fields {
  return { ...body, tools: listOf(body["tools"]).map(recorded) };
}

/** A copy of the tool whose `run` is recorded under its name. */
function recorded(value: unknown): unknown {
  const { name, run } = fieldsOf(value);
  if (typeof name !== "string" || !isRun(run)) return value;
  return Object.defineProperty({ ...fieldsOf(value) }, "run", { value: tool(name, run), enumerable: true });
}

const isToolRunner = (value: unknown): value is ToolRunner => typeof value === "function";
const isRun = (value: unknown): value is (...args: unknown[]) => unknown => typeof value === "function";
