import { isDeepStrictEqual } from "node:util";
import { isFields, parsedOrText, toJson } from "./json.ts";
import type { AskedToolCall } from "./message.ts";

/**
 * Which of the calls that a model asked for a tool now answers. Equal arguments decide; without them a name that was asked
 * for only once does, else the values, which a function may take one by one: the call that shares most of them.
 */
export function findCall(
  open: readonly AskedToolCall[],
  name: string,
  toolArguments: unknown,
): AskedToolCall | undefined {
  const named = open.filter((call) => call.name === name);
  const json = toJson(toolArguments);
  const given = json === undefined ? undefined : parsedOrText(json);
  const equal = named.find((call) => isDeepStrictEqual(call.arguments, given));
  return equal ?? (named.length === 1 ? named[0] : mostAlike(named, valuesOf(given)));
}

/** Undefined when another call, with other arguments, is as much alike. */
function mostAlike(calls: readonly AskedToolCall[], given: readonly unknown[]): AskedToolCall | undefined {
  const ranked = calls
    .map((call) => ({ call, shared: countShared(valuesOf(call.arguments), given) }))
    .sort((a, b) => b.shared - a.shared);
  const [best] = ranked;
  if (best === undefined || best.shared === 0) return undefined;
  const rival = ranked.find(({ call }) => !isDeepStrictEqual(call.arguments, best.call.arguments));
  return rival?.shared === best.shared ? undefined : best.call;
}

function countShared(values: readonly unknown[], given: readonly unknown[]): number {
  return values.filter((value) => given.some((other) => isDeepStrictEqual(value, other))).length;
}

function valuesOf(toolArguments: unknown): readonly unknown[] {
  if (Array.isArray(toolArguments)) return toolArguments;
  return isFields(toolArguments) ? Object.values(toolArguments) : [toolArguments];
}
