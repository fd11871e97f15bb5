/** Secrets: values with the form of a key, and values that a tool's answer itself calls a password or key. */
import type { JsonValue } from "../../../model/session.ts";
import { leavesOf } from "./json-leaves.ts";

/** Forms that nothing but a credential has. Sources: the providers' documentation of their key formats. */
const formats: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["an OpenAI or Anthropic key", /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,200}/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,100})\b/],
  ["a Slack token", /\bxox[abprs]-[A-Za-z0-9-]{10,100}/],
  ["a Google key", /\bAIza[0-9A-Za-z_-]{35}\b/],
  ["a Stripe key", /\b[sr]k_live_[0-9A-Za-z]{20,100}\b/],
  ["a private key", /-----BEGIN (?:[A-Z]{1,10} ){0,2}PRIVATE KEY-----/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{15,2000}\.eyJ[A-Za-z0-9_-]{15,2000}\.[A-Za-z0-9_-]{10,}/],
];
const secretName =
  /^(?:.{0,30}[_.-])?(?:password|passwd|passcode|pin_?code|secret|api_?key|private_?key|client_?secret|access_?token|cvv|ssn)$/i;

export interface Secret {
  readonly what: string;
  readonly value: string;
}

/** Characters of a text that are searched for secrets. */
const longestText = 200_000;

export function formattedSecretIn(text: string): Secret | undefined {
  const read = text.slice(0, longestText);
  for (const [what, pattern] of formats) {
    const value = pattern.exec(read)?.[0];
    if (value !== undefined) return { what, value };
  }
  return undefined;
}

/** Numbers by which a person can be robbed; only with the word beside them, because orders and parcels have numbers too. */
const personal: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a social security number", /\b(?:ssn|social security)\b[^\n\d]{0,40}(\d{3}-\d{2}-\d{4})\b/i],
  ["a card number", /\b(?:card|visa|mastercard|amex)\b[^\n\d]{0,40}((?:\d[ -]?){12,18}\d)\b/i],
];

export function personalNumberIn(text: string): Secret | undefined {
  const read = text.slice(0, longestText);
  for (const [what, pattern] of personal) {
    const value = pattern.exec(read)?.[1];
    if (value !== undefined) return { what, value };
  }
  return undefined;
}

/** What a tool's answer names a secret; short and common values (`true`, `****`) are none. */
export function namedSecretsIn(result: JsonValue): readonly Secret[] {
  const found: Secret[] = [];
  for (const { key, value } of leavesOf(result)) {
    if (typeof value === "string" && /^(?!\*+$)[^\s]{6,200}$/.test(value) && secretName.test(key))
      found.push({ what: `the value of "${key}"`, value });
    if (found.length === 20) break;
  }
  return found;
}
