/** Finds content that speaks to the judge instead of to the agent or the user. It flags, it does not forbid. */
import { addressesIn } from "./canary-patterns.ts";
import { foldText } from "./fold-text.ts";

/** Letters written in tag characters, of which a flag emoji has at most six; and bytes written in variation selectors. */
const tagLetters = /[\u{E0020}-\u{E007E}]{8,}/u;
const selectors = /[\ufe00-\ufe0f\u{E0100}-\u{E01EF}]{8,}/u;
// oxlint-disable-next-line no-control-regex -- what a terminal takes for orders
const unprintable = /\u001b\[[\d;]*[A-Za-z]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** Long enough for an order. */
const encoded = /[A-Za-z0-9+/_-]{24,4000}={0,2}/g;

const maxScannedChars = 200_000;
const maxDecoded = 50;
const quotedChars = 160;

/** The first passage that addresses the judge, on one line and cut; undefined when there is none. */
export function findAddressToJudge(text: string): string | undefined {
  const scanned = text.slice(0, maxScannedChars);
  const hiddenText = readHidden(scanned);
  if (hiddenText !== undefined) return hiddenText.slice(0, quotedChars);
  for (const read of readings(scanned)) {
    const found = addressesIn(read);
    if (found !== undefined) return found.replace(/\s+/g, " ").slice(0, quotedChars);
  }
  return undefined;
}

/** The text without what nobody sees, with spaces instead, as it looks, and what is encoded in it. */
function* readings(text: string): Generator<string> {
  const plain = text.normalize("NFKC").replace(/\p{Cf}/gu, "");
  yield plain;
  const spaced = text.replace(unprintable, " ");
  if (spaced !== text) yield spaced;
  const folded = foldText(text).text;
  if (folded !== plain) yield folded;
  let decoded = 0;
  for (const [run] of plain.matchAll(encoded)) {
    if (decoded === maxDecoded) return;
    const spoken = decode(run);
    if (spoken === undefined) continue;
    decoded += 1;
    yield spoken;
  }
}

/** Base64 of a text; of anything else undefined. */
function decode(run: string): string | undefined {
  const text = Buffer.from(run, "base64").toString("utf8");
  return /^[\t\n\r\x20-\x7e\u00a0-\ufffc]+$/.test(text) ? text : undefined;
}

/** Whoever writes so that nobody sees it speaks to no person. */
function readHidden(text: string): string | undefined {
  const tags = tagLetters.exec(text)?.[0];
  if (tags !== undefined) return codesOf(tags, (code) => code - 0xe0000);
  const bytes = selectors.exec(text)?.[0];
  return bytes && codesOf(bytes, (code) => (code < 0xff00 ? code - 0xfe00 : code - 0xe0100 + 16));
}

const codesOf = (text: string, toCode: (code: number) => number): string =>
  Array.from(text, (character) => String.fromCharCode(toCode(character.codePointAt(0) ?? 0))).join("");
