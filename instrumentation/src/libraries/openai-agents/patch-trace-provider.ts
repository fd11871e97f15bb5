import { fieldsOf, member } from "../../json.ts";
import { safely } from "../../safely.ts";
import { addScopeSource } from "../../scope.ts";
import { beginSpan } from "./begin-span.ts";
import { beginTrace } from "./begin-trace.ts";
import { observeMethod } from "./observe-method.ts";
import { keepRecording, recordingOf, scopeIn } from "./recording.ts";

const known = new WeakSet<object>();

/**
 * Patches the class that makes the SDK's traces and spans and, through what it makes, their classes: the real ones and
 * those that do nothing because tracing is switched off. Returns whether it is patched now.
 */
export function patchTraceProvider(prototype: unknown): boolean {
  if (!isObject(prototype)) return false;
  const currentSpan = (): unknown => callOn(prototype, "getCurrentSpan");
  const currentTrace = (): unknown => callOn(prototype, "getCurrentTrace");
  const parents = new WeakMap<object, unknown>();
  const makesTraces = observeMethod(prototype, "createTrace", (_provider, [options], trace) => {
    if (isObject(trace)) patchAndBeginTrace(trace, fieldsOf(options)["groupId"]);
  });
  const makesSpans = observeMethod(prototype, "createSpan", (_provider, [, given], span) => {
    if (!isObject(span)) return;
    patchSpans(Object.getPrototypeOf(span), (started) => beginSpan(started, parents.get(started)));
    // The trace of a run without tracing is not made by the provider.
    const trace = currentTrace();
    if (isObject(trace) && recordingOf(trace) === undefined) {
      patchAndBeginTrace(trace, member(trace, "groupId"));
    }
    // Asked now, because before it starts the span may itself be the current one.
    parents.set(span, [given, currentSpan()].find((parent) => recordingOf(parent) !== undefined) ?? trace);
  });
  if (!known.has(prototype)) {
    addScopeSource((scope) => safely(() => scopeIn(recordingOf(currentSpan() ?? currentTrace()), scope)) ?? scope);
  }
  known.add(prototype);
  return makesTraces && makesSpans;
}

function patchAndBeginTrace(trace: object, groupId: unknown): void {
  observeMethod(Object.getPrototypeOf(trace), "clone", copyRecording);
  beginTrace(trace, groupId);
}

function patchSpans(prototype: unknown, begin: (span: object) => void): void {
  observeMethod(prototype, "start", (span) => {
    if (isObject(span) && recordingOf(span) === undefined) begin(span);
  });
  observeMethod(prototype, "setError", (span, [error]) => {
    const recording = recordingOf(span);
    if (recording !== undefined) recording.error = error;
  });
  observeMethod(prototype, "end", (span) => recordingOf(span)?.end?.());
  observeMethod(prototype, "clone", copyRecording);
}

/** The SDK works with copies of its spans where it begins something inside of them. */
function copyRecording(original: unknown, _args: unknown, copy: unknown): void {
  const recording = recordingOf(original);
  if (recording !== undefined && isObject(copy)) keepRecording(copy, recording);
}

/** The provider's getters read a context that is the same for all providers of a copy. */
function callOn(prototype: object, name: "getCurrentSpan" | "getCurrentTrace"): unknown {
  const get = member(prototype, name);
  return typeof get === "function" ? Reflect.apply(get, prototype, []) : undefined;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
