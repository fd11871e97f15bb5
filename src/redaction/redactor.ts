/** Takes secrets and personal data out of texts and of values with texts in them. Pure, never fails, linear in its input. */
import type { AttributeMap, AttributeValue } from "../model/span.ts";
import { type JsonRewriting, rewriteJsonText } from "./json-text.ts";
import { createKeyRule, namesConversation, remembering, secretNameIn } from "./key-rules.ts";
import { createMask } from "./mask.ts";
import { createPlainRedaction } from "./plain-text.ts";
import { presets } from "./presets.ts";
import { printValue } from "./print-value.ts";
import type { RedactionRules } from "./redaction-rules.ts";

export interface Redactor {
  /** The text without what the rules find. What was JSON stays JSON. `key` is what it stands under. */
  text(text: string, key?: string): string;
  /** As `text`, for all texts in the value; the same value when there is nothing to redact. */
  value(value: AttributeValue, key?: string): AttributeValue;
  /** Only presets change keys: a user's patterns are meant for values. */
  key(key: string): string;
}

/** Stands for what is nested too deeply. */
const TOO_DEEP = "[MAX_DEPTH]";

export function createRedactor(rules: RedactionRules): Redactor {
  const text = createTextRedaction(rules);
  return {
    text: (content, key) => text.text(content, key, 0),
    value: createValueRedaction(text),
    key: (key) => text.key(key),
  };
}

type TextRedaction = ReturnType<typeof createTextRedaction>;

function createTextRedaction(rules: RedactionRules) {
  const mask = createMask(rules.hash);
  const knowsSecrets = rules.presets.includes("secrets");
  const secretKeys = rules.presets.flatMap((name) => presets[name].secretKey ?? []);
  const ruleFor = remembering(createKeyRule(rules.blockedKeys, secretKeys));
  const namesSecret = remembering((key: string) => (knowsSecrets ? secretNameIn(key) : undefined));
  const plain = createPlainRedaction(rules, ruleFor, mask);

  const rewriting: JsonRewriting = {
    text,
    key: remembering((key) => plain.key(key)),
    /** Numbers, booleans and null. */
    token(token) {
      const redacted = rules.allTypes ? plain.text(token) : token;
      return redacted === token ? undefined : redacted;
    },
    /** What masks all that stands under a key that alone says that it is to go. */
    member(key) {
      const rule = ruleFor(key);
      return rule && ((value) => plain.whole(value, rule));
    },
    container: (depth) => (depth > rules.maxDepth ? TOO_DEEP : undefined),
  };

  function text(content: string, key: string | undefined, depth: number): string {
    const redacted = rewriteJsonText(content, rewriting, depth) ?? named(content, key);
    return redacted !== content && key !== undefined && namesConversation(key) ? mask.pseudonym(content) : redacted;
  }

  /** Under a key such as `user_password` a text is read as if it said `password=...`. */
  function named(content: string, key: string | undefined): string {
    const name = key === undefined ? undefined : namesSecret(key);
    if (name === undefined) return plain.text(content);
    const prefix = `${name}=`;
    const redacted = plain.text(prefix + content);
    return redacted.startsWith(prefix) ? redacted.slice(prefix.length) : redacted;
  }

  return { ...rewriting, plain: (content: string) => plain.text(content) };
}

function createValueRedaction(text: TextRedaction) {
  return (value: AttributeValue, key?: string): AttributeValue => redact(value, key, 0);

  function redact(value: AttributeValue, key: string | undefined, depth: number): AttributeValue {
    const maskWhole = key === undefined ? undefined : text.member(key);
    if (maskWhole !== undefined) return maskWhole(printValue(value));
    if (typeof value === "string") return text.text(value, key, depth);
    if (typeof value !== "object" || value === null) return text.token(String(value)) ?? value;
    if (value instanceof Uint8Array) return redactBytes(value);
    return text.container(depth) ?? (isList(value) ? redactList(value, depth + 1) : redactMap(value, depth + 1));
  }

  function redactList(values: readonly AttributeValue[], depth: number): readonly AttributeValue[] {
    const redacted = values.map((value) => redact(value, undefined, depth));
    return redacted.every((value, index) => Object.is(value, values[index])) ? values : redacted;
  }

  function redactMap(values: AttributeMap, depth: number): AttributeMap {
    const redacted = new Map<string, AttributeValue>();
    let isSame = true;
    for (const [key, value] of values) {
      const newKey = text.key(key);
      const newValue = redact(value, key, depth);
      isSame &&= newKey === key && Object.is(newValue, value);
      redacted.set(freeKey(redacted, newKey), newValue);
    }
    return isSame ? values : redacted;
  }

  /** As Latin-1, in which every byte is a character and comes back as it was. */
  function redactBytes(bytes: Uint8Array): Uint8Array {
    const before = Buffer.from(bytes).toString("latin1");
    const after = text.plain(before);
    return after === before ? bytes : new Uint8Array(Buffer.from(after, "latin1"));
  }
}

/** The key, or when it is taken the key with a number: what has become the same by redaction stays apart. */
export function freeKey(taken: AttributeMap, key: string): string {
  let free = key;
  for (let number = taken.size; taken.has(free); number += 1) free = `${key} ${number}`;
  return free;
}

/** Array.isArray, which does not narrow readonly arrays. */
function isList(value: readonly AttributeValue[] | AttributeMap): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
