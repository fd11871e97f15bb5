/** How many bytes of bodies are in hand, over all requests of a receiver: arrived, decompressed, not yet delivered. */
import { UnavailableError } from "../../model/errors.ts";

/** One request's part of it. */
export interface HeldBytes {
  /** Returns a refusal, and adds nothing, when all requests together would hold more than may be: the sender tries again. */
  add(bytes: number): UnavailableError | undefined;
  readonly bytes: () => number;
  release(): void;
}

export interface BodyBudgetOptions {
  /** In bytes, of all bodies together. */
  readonly limit: number;
  /** So much of it is only for small bodies: without it a few large ones, sent slowly, would have everybody else refused. */
  readonly reserved?: number;
  /** A body that holds no more than this is small. */
  readonly small?: number;
}

/** Each body has its own limit; this one keeps many large bodies at once from adding up to all the memory there is. */
export function createBodyBudget({ limit, reserved = 0, small = 0 }: BodyBudgetOptions): () => HeldBytes {
  let inHand = 0;
  return () => {
    let held = 0;
    return {
      add(bytes) {
        const mayHold = held + bytes <= small ? limit : limit - reserved;
        if (inHand + bytes > mayHold) return new UnavailableError("Too much is arriving at the same time.");
        inHand += bytes;
        held += bytes;
        return undefined;
      },
      bytes: () => held,
      release() {
        inHand -= held;
        held = 0;
      },
    };
  };
}
