/** The attributes that tell what was redacted, by the collector's names. */
import type { AttributeMap, AttributeValue } from "../../model/span.ts";
import type { Outcome } from "./redact-attributes.ts";

/** `info`: how many attributes; `debug`: which ones too. */
export type Summary = "debug" | "info" | "silent";

/** `part` is "" for the attributes themselves and "body." for a log record's body. */
export function addSummary(attributes: AttributeMap, outcome: Outcome, summary: Summary, part = ""): AttributeMap {
  if (summary === "silent") return attributes;
  const added = new Map<string, AttributeValue>();
  for (const name of ["redacted", "masked", "ignored"] as const) {
    const keys = outcome[name];
    if (keys.length === 0) continue;
    const [countKey, keysKey] = [`redaction.${part}${name}.count`, `redaction.${part}${name}.keys`];
    if (summary === "debug" && name !== "ignored")
      added.set(keysKey, [...keys, ...earlierKeys(attributes, keysKey)].toSorted(byCodeUnit).join(","));
    added.set(countKey, BigInt(keys.length) + earlierCount(attributes, countKey));
  }
  return added.size === 0 ? attributes : new Map([...attributes, ...added]);
}

function byCodeUnit(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

/** Of a redaction before this one. */
function earlierKeys(attributes: AttributeMap, key: string): readonly string[] {
  const earlier = attributes.get(key);
  return typeof earlier === "string" && earlier !== "" ? earlier.split(",") : [];
}

function earlierCount(attributes: AttributeMap, key: string): bigint {
  const earlier = attributes.get(key);
  return typeof earlier === "bigint" ? earlier : 0n;
}
