import type { HrTime } from "@opentelemetry/api";

/** How far the wall clock may run from ours before we follow it: it was set, or the machine slept. */
const toleratedDriftMs = 10;

let offsetMs = Date.now() - performance.now();

/**
 * The time in microseconds of resolution, never two steps of one thread in the wrong order. The SDK's own start times are
 * whole milliseconds, in which a model call, its tool and the next call are often equal.
 */
export function now(): HrTime {
  const driftMs = Date.now() - performance.now() - offsetMs;
  if (Math.abs(driftMs) > toleratedDriftMs) offsetMs += driftMs;
  const ms = offsetMs + performance.now();
  return [Math.floor(ms / 1000), Math.floor((ms % 1000) * 1e6)];
}
