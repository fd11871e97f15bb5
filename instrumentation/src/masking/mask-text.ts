import { createHmac } from "node:crypto";
import { isFields, parsedContainer } from "../json.ts";
import type { Mask, TextPlace } from "./mask.ts";

/** JSON inside a text inside JSON: agents go two or three deep, what is deeper is masked as plain text. */
const deepest = 8;

/** Masks an attribute's text. What was JSON stays JSON: its texts, keys and numbers are masked one by one. Throws as the mask does. */
export function maskText(text: string, attribute: string, mask: Mask): string {
  const masked = maskContent(text, { attribute }, mask, 0);
  if (masked === text || !namesConversation(attribute)) return masked;
  // All conversations whose id is masked must not become one.
  return `[REDACTED ${createHmac("sha256", "turnwise").update(text).digest("hex").slice(0, 16)}]`;
}

const namesConversation = (attribute: string): boolean =>
  /(?:^|[._])(?:session|conversation|thread|chat)(?:[._]?id)?$/i.test(attribute);

function maskContent(text: string, place: TextPlace, mask: Mask, depth: number): string {
  const parsed = depth < deepest ? parsedContainer(text) : undefined;
  if (parsed === undefined) return maskPlain(text, place, mask);
  const masked = maskValue(parsed, place, mask, depth + 1);
  return masked === parsed ? text : JSON.stringify(masked);
}

/** The value itself when nothing in it changes. */
function maskValue(value: unknown, place: TextPlace, mask: Mask, depth: number): unknown {
  if (typeof value === "string") return maskContent(value, place, mask, depth);
  if (typeof value === "number") return maskNumber(value, place, mask);
  if (Array.isArray(value)) {
    const items = value.map((item) => maskValue(item, place, mask, depth));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (!isFields(value)) return value;
  const members = Object.entries(value).map(([member, content]) => {
    const inner = { attribute: place.attribute, member };
    return [maskPlain(member, { attribute: place.attribute }, mask), maskValue(content, inner, mask, depth)] as const;
  });
  const isSame = members.every(([key, content]) => Object.hasOwn(value, key) && value[key] === content);
  return isSame ? value : Object.fromEntries(members);
}

/** A number may be a phone's. */
function maskNumber(value: number, place: TextPlace, mask: Mask): unknown {
  const text = String(value);
  const masked = maskPlain(text, place, mask);
  return masked === text ? value : masked;
}

function maskPlain(text: string, place: TextPlace, mask: Mask): string {
  const masked: unknown = mask(text, place);
  if (typeof masked !== "string") throw new TypeError(`a mask returned ${typeof masked}, not a text`);
  return masked;
}
