/**
 * Credentials in a text: by the forms that their issuers give them, and by what a text itself calls a password or token.
 * Sources: the providers' documentation of their key formats; the redaction rules of Valiqor's trace demo.
 */
import { type Finder, findAll, matchesOf, type Range } from "./masked-ranges.ts";

/** What a redaction before this one wrote is no password. */
export const passwordForm = /(?:password|passwd|pwd)["']?\s{0,10}[:=]\s{0,10}(?!["']?\[REDACTED)["']?\S{6,}/gi;

const forms: readonly RegExp[] = [
  // The demo's rules; `Bearer` in all of RFC 6750's alphabet.
  /(?:sk-|api[_-]?key)[\w-]{20,}/gi,
  /bearer\s{1,10}[\w.~+/-]{20,}={0,2}/gi,
  /(?:token|jwt|auth|secret|api[_-]?key)["']?\s{0,10}[:=]\s{0,10}["']?[\w.-]{20,}/gi,
  passwordForm,
  // Issuers' own forms.
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

const pemBegin = /-----BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
const pemEnd = "PRIVATE KEY";

/** From its first line to its last; where the last is missing, to the end of the text: half a key is still one. */
function findPrivateKeys(text: string): readonly Range[] {
  const found: Range[] = [];
  let position = 0;
  for (const { index, 0: line } of findAll(text, pemBegin, (match) => match)) {
    if (index < position) continue;
    position = endOfPrivateKey(text, index + line.length);
    found.push({ start: index, end: position });
  }
  return found;
}

function endOfPrivateKey(text: string, from: number): number {
  const end = text.indexOf("-----END ", from);
  const name = end === -1 ? -1 : text.indexOf(pemEnd, end);
  const dashes = name === -1 ? -1 : text.indexOf("-----", name);
  return dashes === -1 ? text.length : dashes + "-----".length;
}

export const secretFinders: readonly Finder[] = [...forms.map(matchesOf), findPrivateKeys];

const secretNames =
  "api[_-]?key|secret|secret_?key|password|passwd|pwd|token|access_token|refresh_token|auth_token|private_?key|client_?secret|bearer";

/** Keys whose value is a secret, whatever it is: the whole key, or what follows its last dot. */
export const secretKey = new RegExp(`(?:^|\\.)(?:${secretNames})$`, "i");

/** The demo's: only the whole key. */
export const wholeSecretKey = new RegExp(`^(?:${secretNames})$`, "i");

/** Keys whose value is a secret when it looks like one; the rules above find it when it is written as `key=value`. */
export const namingKey = /(?:token|jwt|auth|secret|api[_-]?key|password|passwd|pwd)$/i;
