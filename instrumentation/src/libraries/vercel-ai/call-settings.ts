import { AsyncLocalStorage } from "node:async_hooks";
import type { Fields } from "../../json.ts";
import type { Tracing } from "../../tracing.ts";

const settings = new AsyncLocalStorage<Fields>();

/** Runs `fn`, in which the application's own telemetry settings of one call are honoured. */
export function withCallSettings<T>(telemetry: Fields, fn: () => T): T {
  return settings.run(telemetry, fn);
}

/** What a call may be recorded with: not at all when the application switched its telemetry off. */
export function allowedTracing(tracing: Tracing, own: Fields = settings.getStore() ?? {}): Tracing | undefined {
  if (own["isEnabled"] === false) return undefined;
  // A call's errors and its later inputs repeat what was said on both sides.
  const hidesContent = own["recordInputs"] === false || own["recordOutputs"] === false;
  return hidesContent ? { ...tracing, captureContent: false } : tracing;
}
