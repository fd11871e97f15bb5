/** The life of one event stream: opened on a response, written no faster than it is read, gone when either side goes. */
import type { ServerResponse } from "node:http";
import { eventStreamHeaders, heartbeatFrame, toEventFrame } from "./event-frame.ts";

export interface EventStreamOptions {
  readonly heartbeatMs: number;
  /** A reader that has not taken an event after this long is cut off. */
  readonly stallMs: number;
  /** Streams open at the same time; further ones are told to come back later. */
  readonly limit: number;
  /** Ends every stream: the server shuts down. */
  readonly stopping?: AbortSignal;
  /** Asked with each heartbeat; the stream ends when it throws, as the reader may read no more. */
  readonly requireAccess?: () => void;
}

export const eventStreamDefaults: EventStreamOptions = { heartbeatMs: 15_000, stallMs: 60_000, limit: 1000 };

export interface EventStream {
  /** Resolves when the reader has room for more; at once when it has gone. So one event at most waits here. */
  send(event: string, data: unknown): Promise<void>;
  /** Aborted when the reader went or was cut off, and when the server shuts down. */
  readonly gone: AbortSignal;
}

/** Opens the stream, lets `write` write it, ends it when `write` is through. */
export async function serveEventStream(
  response: ServerResponse,
  options: EventStreamOptions,
  write: (events: EventStream) => Promise<void>,
): Promise<void> {
  const left = new AbortController();
  const leave = () => left.abort();
  response.on("close", leave).on("error", leave);
  const gone = options.stopping ? AbortSignal.any([left.signal, options.stopping]) : left.signal;
  response.writeHead(200, eventStreamHeaders);
  response.flushHeaders();
  const heartbeat = setInterval(() => {
    if (isRefused(options)) leave();
    else if (!response.writableNeedDrain) response.write(heartbeatFrame);
  }, options.heartbeatMs);
  try {
    await write({ gone, send: (event, data) => send(response, toEventFrame(event, data), gone, options.stallMs) });
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

function isRefused({ requireAccess }: EventStreamOptions): boolean {
  try {
    requireAccess?.();
    return false;
  } catch {
    return true;
  }
}

function send(response: ServerResponse, frame: string, gone: AbortSignal, stallMs: number): Promise<void> {
  if (gone.aborted || response.write(frame)) return Promise.resolve();
  return new Promise((resume) => {
    const stalled = setTimeout(() => response.destroy(), stallMs);
    const proceed = () => {
      clearTimeout(stalled);
      response.off("drain", proceed);
      gone.removeEventListener("abort", proceed);
      resume();
    };
    response.once("drain", proceed);
    gone.addEventListener("abort", proceed);
  });
}
