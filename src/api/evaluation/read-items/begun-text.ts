/** A text that comes in pieces. */
import { isUtf8 } from "node:buffer";

export type FinishedText = { readonly text: string } | { readonly problem: string };

export interface BegunText {
  readonly isEmpty: () => boolean;
  readonly add: (piece: Uint8Array) => void;
  /** The text, or why there is none. What is added then begins the next one. */
  readonly finish: () => FinishedText;
}

/** UTF-8. Of what is longer than `maxBytes` nothing is kept. */
export function createBegunText(maxBytes: number): BegunText {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  return {
    isEmpty: () => bytes === 0,
    add(piece) {
      if (piece.length === 0) return;
      bytes += piece.length;
      if (bytes > maxBytes) pieces = [];
      else pieces.push(piece);
    },
    finish() {
      const finished = bytes > maxBytes ? { problem: `is longer than ${maxBytes} bytes` } : textOf(pieces);
      pieces = [];
      bytes = 0;
      return finished;
    },
  };
}

function textOf(pieces: readonly Uint8Array[]): FinishedText {
  const bytes = Buffer.concat(pieces);
  return isUtf8(bytes) ? { text: bytes.toString("utf8") } : { problem: "is not UTF-8" };
}
