import { type Attributes, SpanKind } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import { isFields, parsedOrText, toJson } from "./json.ts";
import { observeCall } from "./observe-call.ts";
import { openSpan, type OpenSpan } from "./open-span.ts";
import { safely } from "./safely.ts";
import { currentScope } from "./scope.ts";
import { currentTracing, type Tracing } from "./tracing.ts";

/**
 * Wraps a function that is one of the agent's tools: each call becomes an `execute_tool` span with its arguments,
 * result or error. The wrapped function behaves as the given one: same type, `this`, properties, result and errors.
 * Arguments are recorded as the first argument when that is an object (what follows it is context), else as a list.
 */
export function tool<F extends (...args: never[]) => unknown>(name: string, fn: F): F {
  function called(this: unknown, ...args: Parameters<F>): unknown {
    const call = (): unknown => fn.apply(this, args);
    const tracing = currentTracing();
    if (tracing === undefined) return call();
    const open = safely(() => openToolSpan(tracing, name, args));
    if (open === undefined) return call();
    return observeCall(open, {}, call, (result) => (tracing.captureContent ? resultAttributes(result) : {}));
  }
  // What is observed keeps its name, its length and whatever else was written on it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it takes what fn takes and returns what fn returns
  return Object.defineProperties(called, Object.getOwnPropertyDescriptors(fn)) as unknown as F;
}

function openToolSpan(tracing: Tracing, name: string, args: readonly unknown[]): OpenSpan {
  const toolArguments = toolArgumentsOf(args);
  const callId = currentScope().turnTrace?.takeCallId(name, toolArguments);
  const recorded = tracing.captureContent ? toJson(toolArguments) : undefined;
  return openSpan(tracing, `execute_tool ${name}`, SpanKind.INTERNAL, {
    [genAi.operationName]: "execute_tool",
    [genAi.toolName]: name,
    [genAi.toolType]: "function",
    ...(callId !== undefined && { [genAi.toolCallId]: callId }),
    ...(recorded !== undefined && { [genAi.toolCallArguments]: recorded }),
  });
}

function toolArgumentsOf(args: readonly unknown[]): unknown {
  const [first] = args;
  if (args.length === 0) return {};
  if (isFields(first)) return first;
  return args.length === 1 && typeof first === "string" ? parsedOrText(first) : args;
}

function resultAttributes(result: unknown): Attributes {
  const text = typeof result === "string" ? result : toJson(result);
  return text === undefined ? {} : { [genAi.toolCallResult]: text };
}
