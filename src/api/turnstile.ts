/** Lets so many requests in at the same time; the others wait their turn. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { ApiError } from "./api-error.ts";

export interface TurnstileOptions {
  /** So many requests are in at the same time; where they do not take one place each, they take so many together. */
  readonly places: number;
  /** Further ones wait, and those beyond that are told to come back later. */
  readonly waiting: number;
  /** So are those who have waited so long, in milliseconds. Absent: 45 s, as a connection on which nothing goes is cut after a minute. */
  readonly longestWaitMs?: number;
}

/** For answers: each may hold a whole session in memory until its reader has taken it. */
export const turnstileDefaults: TurnstileOptions = { places: 16, waiting: 1000 };

/**
 * Resolves when it is the request's turn, with what gives its place up early; by itself that happens when the answer has left
 * or the reader has gone. Undefined when the reader went while it waited. Rejects with a 503 when too many wait, or this one has for too long. `size`: how
 * many places it takes, one unless it is said; who takes more than there are comes in alone.
 */
export type Turnstile = (
  request: IncomingMessage,
  response: ServerResponse,
  size?: number,
) => Promise<(() => void) | undefined>;

interface Waiting {
  readonly size: number;
  readonly enter: () => void;
}

export function createTurnstile({ places, waiting, longestWaitMs = 45_000 }: TurnstileOptions): Turnstile {
  const queue: Waiting[] = [];
  const whenBroken = createBreakWatch();
  let taken = 0;
  const fits = (size: number): boolean => taken === 0 || taken + size <= places;

  /** Who has waited longest comes first, also before those that would fit. */
  function letIn(): void {
    for (let [next] = queue; next !== undefined && fits(next.size); [next] = queue) {
      queue.shift();
      taken += next.size;
      next.enter();
    }
  }

  function leave(size: number): void {
    taken -= size;
    letIn();
  }

  async function wait(size: number): Promise<void> {
    let late: NodeJS.Timeout | undefined;
    await new Promise<void>((enter, reject) => {
      const own: Waiting = { size, enter };
      queue.push(own);
      late = setTimeout(() => {
        queue.splice(queue.indexOf(own), 1);
        reject(tooMany());
        letIn();
      }, longestWaitMs);
    }).finally(() => clearTimeout(late));
  }

  return async (request, response, size = 1) => {
    if (queue.length === 0 && fits(size)) taken += size;
    else if (queue.length >= waiting) throw tooMany();
    else await wait(size);
    // Not the request's own word: it is destroyed as soon as its body has been read.
    if (request.socket.destroyed || response.closed) {
      leave(size);
      return undefined;
    }
    let isInside = true;
    const leaveOnce = (): void => {
      if (isInside) leave(size);
      isInside = false;
      forget();
    };
    // When a connection breaks, no response closes of those that still waited behind another's.
    const forget = whenBroken(request.socket, leaveOnce);
    response.once("close", leaveOnce);
    return leaveOnce;
  };
}

const tooMany = () => new ApiError(503, "unavailable", "too many requests at the same time", { "retry-after": "1" });

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
