/** The life of one event stream: opened on a response, written no faster than it is read, gone when either side goes. */
import type { ServerResponse } from "node:http";
import { eventStreamHeaders, heartbeatFrame, type ServerEvent, toEventFrame } from "./event-frame.ts";

export interface EventStreamOptions {
  readonly heartbeatMs: number;
  /** A reader that has not taken an event after this long is cut off. */
  readonly stallMs: number;
  /** Streams open, and requests that wait for a session to be judged, at the same time; further ones are told to come back later. */
  readonly limit: number;
  /** Ends every stream: the server shuts down. */
  readonly stopping?: AbortSignal;
  /** Asked with each heartbeat: why the reader may read no more. It is told that, and the stream ends. */
  readonly refusal?: () => Promise<ServerEvent | undefined>;
}

export const eventStreamDefaults: EventStreamOptions = { heartbeatMs: 15_000, stallMs: 60_000, limit: 1000 };

export interface EventStream {
  /** Resolves when the reader has room for more; at once when it has gone. So one event at most waits here. */
  send(event: ServerEvent): Promise<void>;
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
  let farewell: ServerEvent | undefined;
  const beat = async (): Promise<void> => {
    farewell ??= await options.refusal?.();
    if (farewell !== undefined) leave();
    else if (!gone.aborted && !response.writableNeedDrain) response.write(heartbeatFrame);
  };
  const heartbeat = setInterval(() => void beat(), options.heartbeatMs);
  try {
    await write({ gone, send: (event) => send(response, toEventFrame(event), gone, options.stallMs) });
  } finally {
    clearInterval(heartbeat);
    response.end(farewell && toEventFrame(farewell));
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
