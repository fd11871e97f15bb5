/** Server-sent events as text on the wire. Source: the HTML standard, 9.2 "Server-sent events". */

/** Python's `splitlines`, by which ValueHead's client reads, takes these for line ends too; JSON does not escape them. */
const lineEnds = /[\u0085\u2028\u2029]/g;

/** One `data:` line holds the whole value, as ValueHead's client requires. */
export function toEventFrame(event: string, data: unknown): string {
  const line = JSON.stringify(data).replace(lineEnds, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `event: ${event}\ndata: ${line}\n\n`;
}

/** A comment: readers skip it, proxies and sockets stay awake. */
export const heartbeatFrame = ": keep-alive\n\n";

export const eventStreamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // nginx would collect the events into blocks.
  "x-accel-buffering": "no",
};
