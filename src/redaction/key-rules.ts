/** What a key says about its value. */
import type { RE2JS } from "re2js";
import { namingKey } from "./find-secrets.ts";

/** Who says that a value is to go whatever it is: a preset, or a pattern of the user. */
export type KeyRule = "preset" | "pattern";

/** Keys repeat in every span. Above this many different ones the memory starts anew. */
const MOST_REMEMBERED = 10_000;
const LONGEST_REMEMBERED = 256;

/** Undefined where the key does not decide. `secretKeys` are the presets'. */
export function createKeyRule(
  patterns: readonly RE2JS[],
  secretKeys: readonly RegExp[],
): (key: string) => KeyRule | undefined {
  return (key) => {
    if (patterns.some((pattern) => pattern.test(key))) return "pattern";
    return secretKeys.some((secretKey) => secretKey.test(key)) ? "preset" : undefined;
  };
}

/** `password` for `user_password`: what a text would say before the secret. Undefined for keys that name none. */
export function secretNameIn(key: string): string | undefined {
  return namingKey.exec(key)?.[0];
}

/** A conversation whose id is redacted must not become one with all others whose ids are: a phone number may be one. */
export function namesConversation(key: string): boolean {
  return /(?:^|[._])(?:session|conversation|thread|chat)(?:[._]?id)?$/i.test(key);
}

/** The same function, faster for keys seen before. */
export function remembering<Value>(valueOf: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, { readonly value: Value }>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found.value;
    const value = valueOf(key);
    if (key.length > LONGEST_REMEMBERED) return value;
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(key, { value });
    return value;
  };
}
