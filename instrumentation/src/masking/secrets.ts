import type { TextPlace } from "./mask.ts";

/** In the forms that their issuers give them, or by what a text itself calls a password or token. All are linear. */
const forms: readonly RegExp[] = [
  /(?:sk-|api[_-]?key)[\w-]{20,}/gi,
  /bearer\s{1,10}[\w.~+/-]{20,}={0,2}/gi,
  /(?:token|jwt|auth|secret|api[_-]?key)["']?\s{0,10}[:=]\s{0,10}["']?[\w.-]{20,}/gi,
  /(?:password|passwd|pwd)["']?\s{0,10}[:=]\s{0,10}(?!["']?\[REDACTED)["']?\S{6,}/gi,
  /(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Z])/g,
  /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_\w{22,255}|glpat-[\w-]{20,64})/g,
  /(?<![A-Za-z0-9])xox[abeoprs]-[A-Za-z0-9-]{10,255}/g,
  /(?<![A-Za-z0-9])AIza[\w-]{35}/g,
  /(?<![A-Za-z0-9])[rs]k_(?:live|test)_[0-9A-Za-z]{16,255}/g,
  /(?<![A-Za-z0-9])(?:hf_|npm_)[A-Za-z0-9]{30,64}/g,
  /(?<![A-Za-z0-9])SG\.[\w-]{22}\.[\w-]{43}/g,
  // A JSON Web Token.
  /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{0,}/g,
  // Name and password in a URL.
  /(?<=:\/\/)[^\s/:@]{0,128}:[^\s/@]{1,256}(?=@)/g,
];

/** Half a key is one, too. */
const privateKey =
  /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[^-]+|-(?!----))*(?:-----END [A-Z0-9 ]{0,64}-----)?/g;

/** Members and attributes whose text is a secret, whatever it is. */
const secretKey =
  /(?:^|\.)(?:api[_-]?key|secret|secret_?key|password|passwd|pwd|token|access_token|refresh_token|auth_token|private_?key|client_?secret|bearer|authorization)$/i;

/** The same rules as the server's preset `secrets`. */
export function maskSecrets(text: string, { attribute, member }: TextPlace): string {
  if (text === "") return text;
  if (secretKey.test(member ?? attribute)) return "[REDACTED]";
  return [privateKey, ...forms].reduce((masked, form) => masked.replace(form, "[REDACTED]"), text);
}
