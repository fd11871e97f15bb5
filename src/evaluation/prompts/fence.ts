/** How what agents wrote is put into a prompt: as JSON strings, between lines that it cannot forge. */
import { createHmac, randomBytes } from "node:crypto";
import { foldText } from "./fold-text.ts";

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
 * that a model or its chat template may take for a fence or a role, also not in letters that only look like it: tags, runs
 * of rule characters, names of roles, our own marker. These are written as `\u` escapes; parsing the JSON gives the value
 * back unchanged.
 */
export function toFencedJson(value: unknown): string {
  const shown = JSON.stringify(value, undefined, 1).replace(hidden, escapeUnits);
  const { text, originOf } = foldText(shown);
  const places = new Set<number>();
  for (const lookalike of lookalikes)
    for (const match of text.matchAll(lookalike)) places.add(originOf(match.index + match[0].length - 1));
  return escapeAt(
    shown,
    [...places].sort((a, b) => a - b),
  );
}

/** What nobody sees, or what would be read as the end of a string; not the line breaks of the JSON itself. */
const hidden = new RegExp(
  [
    String.raw`(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]`,
    // Letters without a shape.
    String.raw`[\u115f\u1160\u2800\u3164\uffa0]`,
    // Wide quotes and backslashes.
    String.raw`[\uff02\uff3c\ufe68]`,
    // Joiners and variation selectors, in which text can be smuggled; one alone belongs to an emoji.
    String.raw`\u034f|[\u180b-\u180d\u180f\ufe00-\ufe0e\u{E0100}-\u{E01EF}]`,
    String.raw`(?<=[\ufe00-\ufe0f\u{E0100}-\u{E01EF}])\ufe0f`,
  ].join("|"),
  "gu",
);

/** In the text of JSON, where a line break within a string is `\n`. */
const space = String.raw`(?:\s|\\[nrt])`;
const material = "(?:un)?trusted|data\\b|material|input\\b|prompt|instructions?\\b|transcript|conversation";

/** Of each match the last character is escaped; it is never part of an escape. */
const lookalikes: readonly RegExp[] = [
  /<(?=[/!?|<[a-zA-Z])/g,
  /\[(?=\/|[A-Z]{3,}\])/gi,
  /([-=~#*_`>:+|'^%$])\1\1/g,
  // A double quote, which is `\"` here, beside another or beside the string's own: three of them would be a fence.
  /(?<=")\\(?=")|\\(?="\\?")/g,
  new RegExp(`(?<=begi|en)[nd](?=${space}{1,8}(?:of${space}{1,8})?(?:the${space}{1,8})?(?:${material}))`, "gi"),
  /(?<=(?:"|\\[nr])\s{0,8}(?:system|developer|assistant|user|human|judge))\s{0,2}:/gi,
];

function escapeAt(json: string, places: readonly number[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const place of places) {
    const quote = json.startsWith('\\"', place);
    const end = place + (quote ? 2 : String.fromCodePoint(json.codePointAt(place) ?? 0).length);
    parts.push(json.slice(from, place), escapeUnits(quote ? '"' : json.slice(place, end)));
    from = end;
  }
  return parts.join("") + json.slice(from);
}

function escapeUnits(text: string): string {
  return Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join(
    "",
  );
}
