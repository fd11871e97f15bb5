/** How what agents wrote is put into a prompt: as JSON strings, between lines that it cannot forge. */
import { createHmac, randomBytes } from "node:crypto";

const key = randomBytes(32);

/**
 * 128 bits (hex) that nobody who wrote the content can know: a hash of it under a key drawn at random when the process
 * began. The same content gets the same nonce, so that the same question can be answered from the cache.
 */
export function nonceFor(content: string): string {
  return createHmac("sha256", key).update(content).digest("hex").slice(0, 32);
}

/**
 * JSON in which no string holds a raw line break, a hidden character (control, format, tag, private use), or anything
 * that a model or its chat template may take for a fence or a role: tags, runs of rule characters, our own marker. These
 * are written as `\u` escapes; parsing the JSON gives the value back unchanged.
 */
export function toFencedJson(value: unknown): string {
  const shown = JSON.stringify(value, undefined, 1).replace(hidden, escapeUnits);
  return lookalikes.reduce(
    (text, lookalike) => text.replace(lookalike, (found) => `${found.slice(0, -1)}${escapeUnits(found.slice(-1))}`),
    shown,
  );
}

/** Control, format and private characters, line separators and the variation selectors that can smuggle text; not the line breaks of the JSON itself. */
const hidden = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\u{E0100}-\u{E01EF}]/gu;

/** Of each match the last character is escaped. */
const lookalikes: readonly RegExp[] = [
  /<(?=[/!?|<[a-zA-Z])/g,
  /\[(?=\/|[A-Z]{3,}\])/g,
  /([-=~#*_`])\1\1/g,
  /(?:begin|end)\s+(?:of\s+)?(?=untrusted)/gi,
];

function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join(
    "",
  );
}
