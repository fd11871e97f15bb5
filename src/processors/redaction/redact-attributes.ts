import type { RE2JS } from "re2js";
import type { AttributeMap, AttributeValue } from "../../model/span.ts";
import { freeKey, type Redactor } from "../../redaction/redactor.ts";

/** What is done to the attributes of one map. */
export interface AttributeRules {
  readonly redactor: Redactor;
  /** Absent: all keys are allowed. */
  readonly allowedKeys?: readonly string[];
  readonly ignoredKeys: readonly string[];
  readonly ignoredKeyPatterns: readonly RE2JS[];
}

/** What was done, by key. */
export interface Outcome {
  readonly redacted: readonly string[];
  readonly masked: readonly string[];
  readonly ignored: readonly string[];
}

export interface RedactedAttributes {
  /** The same map when nothing was done to it. */
  readonly attributes: AttributeMap;
  readonly outcome: Outcome;
}

/** In the collector's order: ignored keys pass, keys that are not allowed go, of all others the values are redacted. */
export function createAttributeRedaction(rules: AttributeRules): (attributes: AttributeMap) => RedactedAttributes {
  const { redactor } = rules;
  const fateOf = createKeyCheck(rules);
  return (attributes) => {
    const [redacted, masked, ignored]: [string[], string[], string[]] = [[], [], []];
    const kept = new Map<string, AttributeValue>();
    let isRenamed = false;
    for (const [key, value] of attributes) {
      const fate = fateOf(key);
      if (fate === "remove") {
        redacted.push(redactor.key(key));
        continue;
      }
      const isIgnored = fate === "ignore";
      const newKey = isIgnored ? key : redactor.key(key);
      const newValue = isIgnored ? value : redactor.value(value, key);
      kept.set(freeKey(kept, newKey), newValue);
      if (isIgnored) ignored.push(key);
      if (!Object.is(newValue, value)) masked.push(newKey);
      isRenamed ||= newKey !== key;
    }
    const isSame = !isRenamed && masked.length === 0 && redacted.length === 0;
    return { attributes: isSame ? attributes : kept, outcome: { redacted, masked, ignored } };
  };
}

/** Says of a key whether what stands under it passes, goes, or is redacted. */
export function createKeyCheck({ allowedKeys, ignoredKeys, ignoredKeyPatterns }: AttributeRules) {
  const ignored = new Set(ignoredKeys);
  const allowed = allowedKeys && new Set(allowedKeys);
  return (key: string): "ignore" | "remove" | "redact" => {
    if (ignored.has(key) || ignoredKeyPatterns.some((pattern) => pattern.test(key))) return "ignore";
    return allowed === undefined || allowed.has(key) ? "redact" : "remove";
  };
}
