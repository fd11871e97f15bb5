/** Lets so many requests in at the same time; the others wait their turn. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ApiError } from "./api-error.ts";

export interface TurnstileOptions {
  /** Requests that are answered at the same time: each may hold a whole session in memory until its reader has taken it. */
  readonly places: number;
  /** Further ones wait, and those beyond that are told to come back later. */
  readonly waiting: number;
}

export const turnstileDefaults: TurnstileOptions = { places: 16, waiting: 1000 };

/**
 * Resolves when it is the request's turn, with what gives its place up early; by itself that happens when the answer has left
 * or the reader has gone. Undefined when the reader went while it waited. Rejects with a 503 when too many wait.
 */
export type Turnstile = (request: IncomingMessage, response: ServerResponse) => Promise<(() => void) | undefined>;

export function createTurnstile({ places, waiting }: TurnstileOptions): Turnstile {
  const queue: (() => void)[] = [];
  const whenBroken = createBreakWatch();
  let inside = 0;

  /** The place goes to the one that has waited longest. */
  function leave(): void {
    const next = queue.shift();
    if (next === undefined) inside -= 1;
    else next();
  }

  return async (request, response) => {
    if (inside < places) inside += 1;
    else if (queue.length >= waiting)
      throw new ApiError(503, "unavailable", "too many requests at the same time", { "retry-after": "1" });
    else await new Promise<void>((enter) => queue.push(enter));
    // Not the request's own word: it is destroyed as soon as its body has been read.
    if (request.socket.destroyed || response.closed) {
      leave();
      return undefined;
    }
    let isInside = true;
    const leaveOnce = (): void => {
      if (isInside) leave();
      isInside = false;
      forget();
    };
    // When a connection breaks, no response closes of those that still waited behind another's.
    const forget = whenBroken(request.socket, leaveOnce);
    response.once("close", leaveOnce);
    return leaveOnce;
  };
}

/** Calls back when the connection closes, with one listener for all requests of it; returns what takes that back. */
function createBreakWatch(): (socket: Socket, act: () => void) => () => void {
  const waiting = new WeakMap<Socket, Set<() => void>>();
  return (socket, act) => {
    const acts = waiting.get(socket) ?? new Set();
    if (!waiting.has(socket)) {
      waiting.set(socket, acts);
      socket.once("close", () => {
        for (const one of acts) one();
      });
    }
    acts.add(act);
    return () => void acts.delete(act);
  };
}
