import { type Attributes, type Span, SpanKind } from "@opentelemetry/api";
import { genAi } from "./gen-ai.ts";
import { fieldsOf, isFields, member, parsedOrText, toJson } from "./json.ts";
import { observeCall } from "./observe-call.ts";
import { openSpan, type OpenSpan } from "./open-span.ts";
import { currentScope } from "./scope.ts";
import { guardRuns, safelyUnlessGuarded, stopIfTripped } from "./stop-if-tripped.ts";
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
    if (tracing === undefined || isRecordedByLibrary(name)) return call();
    const open = safelyUnlessGuarded(() => openToolSpan(tracing, name, toolArgumentsOf(args)));
    if (open === undefined) return call();
    return observeCall(open, {}, call, (result) => toolResultAttributes(tracing, result));
  }
  // What is observed keeps its name, its length and whatever else was written on it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it takes what fn takes and returns what fn returns
  return Object.defineProperties(called, Object.getOwnPropertyDescriptors(fn)) as unknown as F;
}

/** Starts an `execute_tool` span. Without an id it gets the one of the model's call that this seems to be. */
export function openToolSpan(tracing: Tracing, name: string, toolArguments: unknown, knownId?: string): OpenSpan {
  const callId = knownId ?? currentScope().turnTrace?.takeCallId(name, toolArguments);
  const recorded = tracing.captureContent ? toJson(toolArguments) : undefined;
  const open = (): OpenSpan =>
    openSpan(tracing, `execute_tool ${name}`, SpanKind.INTERNAL, {
      [genAi.operationName]: "execute_tool",
      [genAi.toolName]: name,
      [genAi.toolType]: "function",
      ...(callId !== undefined && { [genAi.toolCallId]: callId }),
      ...(recorded !== undefined && { [genAi.toolCallArguments]: recorded }),
    });
  // A tool that is made of another of its name (a server's, say) is one step.
  if (!isInTool(name)) stopIfTripped(guardRuns(), (run) => run.beforeTool(name, toolArguments), open);
  const opened = open();
  if (knownId !== undefined) markAsLibrarys(opened.span, name);
  return opened;
}

/** The spans of tools that a library runs, which knows the id, and their names. */
const openedByLibraries = new WeakMap<Span, string>();

/** Tells that a library runs the tool `name` under this span. */
export function markAsLibrarys(span: Span, name: string): void {
  openedByLibraries.set(span, name);
}

/** Whether a library is running the tool of this name right here: the tool is recorded once, also when it was wrapped. */
function isRecordedByLibrary(name: string): boolean {
  const { span } = currentScope();
  return span !== undefined && openedByLibraries.get(span) === name;
}

function isInTool(name: string): boolean {
  return fieldsOf(member(currentScope().span, "attributes"))[genAi.toolName] === name;
}

function toolArgumentsOf(args: readonly unknown[]): unknown {
  const [first] = args;
  if (args.length === 0) return {};
  if (isFields(first)) return first;
  return args.length === 1 && typeof first === "string" ? parsedOrText(first) : args;
}

/** What a tool gave back, if content is recorded. */
export function toolResultAttributes({ captureContent }: Tracing, result: unknown): Attributes {
  if (!captureContent) return {};
  const text = typeof result === "string" ? result : toJson(result);
  return text === undefined ? {} : { [genAi.toolCallResult]: text };
}
