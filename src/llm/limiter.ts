/**
 * How many completions one endpoint and key may have in hand. Additive increase, multiplicative decrease: a 429 halves
 * the limit, as many successes as the limit raise it by one. All users of an endpoint and key share one limiter.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { JudgeError } from "../model/errors.ts";

export interface Limiter {
  /**
   * Waits for room, first come first served. Rejects with the signal's reason when that aborts first, and with a JudgeError when the
   * endpoint is to be left alone for longer than `longestHoldMs` (absent: however long that is), so that whoever waits knows it.
   */
  acquire(signal: AbortSignal, longestHoldMs?: number): Promise<Slot>;
  /** What is allowed now, between 1 and the maximum, and what is in use. */
  readonly limit: number;
  readonly active: number;
}

export interface Slot {
  succeeded(): void;
  /**
   * The endpoint answered 429 to a request begun at `begunAt` (epoch ms); nobody new is admitted for `holdMs`. Requests
   * begun before the last cut tell nothing about the new limit and do not cut it again.
   */
  rateLimited(begunAt: number, holdMs: number): void;
  /** Gives the room back; safe twice. */
  release(): void;
}

export function createLimiter(maxConcurrency: number): Limiter {
  let limit = maxConcurrency;
  let active = 0;
  let lastCutAt = 0;
  let heldUntil = 0;
  const waiting: (() => void)[] = [];

  const admit = (): void => {
    while (active < Math.floor(limit)) {
      const next = waiting.shift();
      if (next === undefined) return;
      active += 1;
      next();
    }
  };

  const createSlot = (): Slot => {
    let released = false;
    return {
      succeeded() {
        limit = Math.min(maxConcurrency, limit + 1 / limit);
      },
      rateLimited(begunAt, holdMs) {
        heldUntil = Math.max(heldUntil, Date.now() + holdMs);
        if (begunAt < lastCutAt) return;
        limit = Math.max(1, limit / 2);
        lastCutAt = Date.now();
      },
      release() {
        if (released) return;
        released = true;
        active -= 1;
        admit();
      },
    };
  };

  const queue = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    const admitted = await new Promise<boolean>((resolve) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        resolve(false);
      };
      const enter = (): void => {
        signal.removeEventListener("abort", leave);
        resolve(true);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(enter);
      admit();
    });
    if (!admitted) signal.throwIfAborted();
  };

  return {
    async acquire(signal, longestHoldMs = Infinity) {
      await queue(signal);
      const slot = createSlot();
      try {
        for (let holdMs = heldUntil - Date.now(); holdMs > 0; holdMs = heldUntil - Date.now()) {
          if (holdMs > longestHoldMs) throw held(holdMs);
          await sleep(holdMs, undefined, { signal });
        }
      } catch (error) {
        slot.release();
        throw signal.aborted ? signal.reason : error;
      }
      return slot;
    },
    get limit() {
      return Math.floor(limit);
    },
    get active() {
      return active;
    },
  };
}

const held = (holdMs: number): JudgeError =>
  new JudgeError("rate_limited", "The endpoint asked to be left alone for a while", {
    retryable: true,
    usesTry: false,
    retryAfterSeconds: Math.ceil(holdMs / 1000),
  });

const shared = new Map<string, Limiter>();

/** The limiter of this endpoint and key in this process. The first to ask sets the maximum. */
export function sharedLimiter(baseUrl: string, apiKey: string, maxConcurrency: number): Limiter {
  const key = createHash("sha256")
    .update(JSON.stringify([baseUrl, apiKey]))
    .digest("hex");
  const limiter = shared.get(key) ?? createLimiter(maxConcurrency);
  shared.set(key, limiter);
  return limiter;
}
