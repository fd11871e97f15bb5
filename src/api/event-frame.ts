/** Server-sent events as text on the wire. Source: the HTML standard, 9.2 "Server-sent events". */

export interface ServerEvent {
  /** What a reader that comes again names as the last event it had. Absent: as before. */
  readonly id?: string;
  readonly event: string;
  /** Made by `toEventData`. */
  readonly data: string;
}

/** Python's `splitlines`, by which ValueHead's client reads, takes these for line ends too; JSON does not escape them. */
const lineEnds = /[\u0085\u2028\u2029]/g;

/** The value as JSON in one line. */
export function toEventData(value: unknown): string {
  return JSON.stringify(value).replace(lineEnds, (end) => `\\u${end.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The `event:` line is followed by one `data:` line with the whole value, as ValueHead's client requires. */
export function toEventFrame({ id, event, data }: ServerEvent): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`;
}

/** A comment: readers skip it, proxies and sockets stay awake. */
export const heartbeatFrame = ": keep-alive\n\n";

export const eventStreamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // nginx would collect the events into blocks.
  "x-accel-buffering": "no",
};
