import { createHmac, randomBytes } from "node:crypto";
import type { Right } from "../../component/extension.ts";

export interface Token {
  readonly value: string;
  readonly project: string;
  readonly rights: readonly Right[];
}

/** Visible ASCII without spaces. */
export const tokenPattern = /^[\x21-\x7e]+$/;
export const projectPattern = /^[\w.-]{1,64}$/;

export interface TokenTable {
  readonly tokens: readonly Token[];
  /** Takes the same time for every wrong text of a length: nobody learns from it how much of a token was right. */
  find(presented: string): Token | undefined;
}

/**
 * Tokens are found by their digests under a key that only this table has. How long comparing two digests takes then says nothing
 * about the tokens, however many there are. Source: CVE-2024-42368, the attack that a comparison of the tokens themselves allows.
 */
export function createTokenTable(tokens: readonly Token[]): TokenTable {
  const key = randomBytes(32);
  const digestOf = (text: string): string => createHmac("sha256", key).update(text).digest("base64");
  const byDigest = new Map(tokens.map((token) => [digestOf(token.value), token]));
  return { tokens, find: (presented) => byDigest.get(digestOf(presented)) };
}
