import { createHash, randomBytes } from "node:crypto";
import type { KeptKey } from "../../component/accounts.ts";

const keyPattern = /^vh_[\w-]{43}$/;
/** Of 256 random bits these show 30. */
const HINT_CHARACTERS = 8;

/** A new key of 256 random bits, as ValueHead's look. */
export const createApiKey = (): string => `vh_${randomBytes(32).toString("base64url")}`;

export const isApiKey = (text: string): boolean => keyPattern.test(text);

/**
 * Keys are found by what this gives. How long that takes may tell something of the digest, which tells nothing of the key: nobody
 * can choose a key by its digest.
 */
export const digestOf = (key: string): Uint8Array => createHash("sha256").update(key).digest();

export const keptKey = (key: string): KeptKey => ({ digest: digestOf(key), hint: key.slice(0, HINT_CHARACTERS) });
