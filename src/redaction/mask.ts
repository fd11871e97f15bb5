/** What is written in place of what is taken out. */
import { createHash, createHmac } from "node:crypto";

export const hashFunctions = ["md5", "sha1", "sha3", "hmac-sha256", "hmac-sha512"] as const;
export type HashFunction = (typeof hashFunctions)[number];

export interface Hash {
  readonly function: HashFunction;
  /** For the keyed functions. */
  readonly key: string;
}

export interface Mask {
  /** The collector's mask for what a user's rule found, our own for what a preset found, or the hash of it. */
  part(text: string, found: { readonly byPreset: boolean }): string;
  /** The same for the same text and different for others, so that what it names can still be told apart. */
  pseudonym(text: string): string;
}

/** Makes pseudonyms where no key is configured: then they hide a text from the eye, not from somebody who guesses it. */
const NO_KEY = "turnwise";

export function createMask(hash: Hash | undefined): Mask {
  return {
    part(text, { byPreset }) {
      if (hash !== undefined) return hashOf(text, hash);
      return byPreset ? "[REDACTED]" : "****";
    },
    pseudonym(text) {
      const digest = hashOf(text, { function: "hmac-sha256", key: hash?.key || NO_KEY });
      return `[REDACTED ${digest.slice(0, 16)}]`;
    },
  };
}

/** In hex. The names are the collector's: its `sha3` is SHA3-256. */
function hashOf(text: string, { function: name, key }: Hash): string {
  if (name === "hmac-sha256") return createHmac("sha256", key).update(text).digest("hex");
  if (name === "hmac-sha512") return createHmac("sha512", key).update(text).digest("hex");
  return createHash(name === "sha3" ? "sha3-256" : name)
    .update(text)
    .digest("hex");
}
