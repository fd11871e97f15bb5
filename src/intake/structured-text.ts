/** JSON that was pasted as text: a list of messages, an object that holds one, or one object a line. */
import { roleOfLabel } from "./role-words.ts";
import type { Reading, Utterance } from "./utterance.ts";

const speakerKeys = [
  "role",
  "speaker",
  "from",
  "author",
  "sender",
  "participant",
  "speaker_name",
  "name",
  "user",
  "type",
];
const textKeys = ["content", "text", "message", "value", "body", "utterance", "transcript", "msg", "sentence"];

/** Undefined when the text is no such JSON. */
export function readStructuredText(text: string): Reading | undefined {
  const trimmed = text.trim();
  const items = /^[[{]/.test(trimmed) ? (listIn(parse(trimmed), 0) ?? linesOf(trimmed)) : undefined;
  const utterances = items?.flatMap((item) => toUtterance(item) ?? []) ?? [];
  if (items === undefined || utterances.length === 0 || utterances.length < items.length / 2) return undefined;
  const left = items.length - utterances.length;
  const notes = left === 0 ? [] : [`${left} of the JSON's entries hold no text and were left out.`];
  return { form: "json", utterances, certainty: 1, notes };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function linesOf(text: string): readonly unknown[] | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length < 2) return undefined;
  const values = lines.map((line) => parse(line.replace(/,\s*$/, "")));
  return values.every((value) => value !== undefined) ? values : undefined;
}

/** The first list of objects, a few levels down at most. */
function listIn(value: unknown, depth: number): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value.some((item) => toUtterance(item) !== undefined) ? value : undefined;
  if (typeof value !== "object" || value === null || depth === 3) return undefined;
  for (const inner of Object.values(value)) {
    const list = listIn(inner, depth + 1);
    if (list !== undefined) return list;
  }
  return undefined;
}

function toUtterance(item: unknown): Utterance | undefined {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return undefined;
  const fields = new Map<string, unknown>(Object.entries(item).map(([key, value]) => [key.toLowerCase(), value]));
  const label = firstOf(speakerKeys, (key) => nameIn(fields.get(key)));
  const text = firstOf(textKeys, (key) => textIn(fields.get(key)));
  if (text === undefined) return undefined;
  const role = label === undefined ? undefined : roleOfLabel(label);
  return { ...(label === undefined ? {} : { label }), ...(role === undefined ? {} : { role }), text: text.trim() };
}

function firstOf<Value>(keys: readonly string[], read: (key: string) => Value | undefined): Value | undefined {
  for (const key of keys) {
    const value = read(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

function nameIn(value: unknown): string | undefined {
  if (typeof value === "number") return `Speaker ${value}`;
  if (typeof value === "string") return value.trim() === "" || value.length > 100 ? undefined : value.trim();
  if (typeof value !== "object" || value === null) return undefined;
  return firstOf(["role", "name", "id"], (key) => nameIn(Object.getOwnPropertyDescriptor(value, key)?.value));
}

/** A text, or the texts among the parts of a message. */
function textIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const texts = value.flatMap((part: unknown) => {
    if (typeof part === "string") return [part];
    const text: unknown = typeof part === "object" && part !== null && "text" in part ? part.text : undefined;
    return typeof text === "string" ? [text] : [];
  });
  return texts.length === 0 ? undefined : texts.join("\n");
}
