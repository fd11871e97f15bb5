/** Collects the pieces of a body, of a large one in a single piece of memory: putting it together at its end would take long. */
import type { HeldBytes } from "./body-budget.ts";
import { tooLarge } from "./request-refusal.ts";

export interface BodyBufferOptions {
  /** So many bytes a body may have. */
  readonly limit: number;
  /** Where the memory is counted. */
  readonly held: HeldBytes;
  /** What the sender says that it will be. Only a claim: as much as has come is what it may reserve, a few times over. */
  readonly announced?: number | undefined;
}

export interface BodyBuffer {
  /** Throws a refusal when the body becomes too large, or all bodies together. */
  add(piece: Buffer): void;
  finish(): Uint8Array;
}

/** Up to here the pieces are kept as they came. In bytes. */
const LARGE = 256 * 1024;
/** And so many of them: each takes a hundred bytes besides, and holds on to all that was read from the socket with it. */
const MANY = 64;

export function createBodyBuffer({ limit, held, announced }: BodyBufferOptions): BodyBuffer {
  let pieces: Buffer[] = [];
  let large: Uint8Array | undefined;
  let length = 0;
  let counted = 0;

  function count(bytes: number): void {
    const refusal = held.add(bytes - counted);
    if (refusal !== undefined) throw refusal;
    counted = bytes;
  }

  /** Every step leaves the last one to the garbage collector: with a known end there are few of them. */
  function grow(): Uint8Array {
    const size = Math.min(
      limit,
      announced === undefined ? length * 2 : Math.max(length, Math.min(announced, length * 4)),
    );
    count(size);
    return new Uint8Array(size);
  }

  function addLarge(piece: Buffer): void {
    const before = large;
    if (before === undefined) {
      pieces.push(piece);
      large = grow();
      copyAll(pieces, large);
      pieces = [];
      return;
    }
    if (length > before.length) {
      large = grow();
      large.set(before);
    }
    large?.set(piece, length - piece.length);
  }

  return {
    add(piece) {
      length += piece.length;
      if (length > limit) throw tooLarge(limit);
      if (length > LARGE || large !== undefined || pieces.length === MANY) addLarge(piece);
      else {
        count(length);
        pieces.push(piece);
      }
    },
    finish() {
      const [only] = pieces;
      if (large !== undefined) return large.subarray(0, length);
      return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, length);
    },
  };
}

function copyAll(pieces: readonly Uint8Array[], into: Uint8Array): void {
  let at = 0;
  for (const piece of pieces) {
    into.set(piece, at);
    at += piece.length;
  }
}
