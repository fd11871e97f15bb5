import type { Attributes, AttributeValue } from "@opentelemetry/api";
import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { announceOnce } from "./announce.ts";
import { copySpan } from "./copy-span.ts";
import { textOf } from "./json.ts";
import type { Mask } from "./masking/mask.ts";
import { maskText } from "./masking/mask-text.ts";
import { shorten } from "./shorten.ts";

/** What is done to every span before it leaves the process, whoever recorded it. */
export interface Preparation {
  readonly mask: Mask | undefined;
  /** In characters. */
  readonly maxTextLength: number;
}

/** Names the attributes that were dropped because a mask failed on them. */
const maskingFailed = "turnwise.masking_failed";

/** Names the attributes that were too long and of which a part is missing. */
const shortened = "turnwise.shortened";

/** A function that makes spans as they may be sent: masked, then with long texts shortened. The given ones stay as they are. */
export function createPreparation(preparation: Preparation): (span: ReadableSpan) => ReadableSpan {
  const resources = new WeakMap<Resource, Resource>();
  const resourceOf = (resource: Resource): Resource => {
    if (preparation.mask === undefined) return resource;
    const known =
      resources.get(resource) ?? resourceFromAttributes(prepareAttributes(resource.attributes, preparation).attributes);
    resources.set(resource, known);
    return known;
  };
  return (span) => {
    const own = prepareAttributes(span.attributes, preparation);
    const texts = prepareAttributes(
      { name: span.name, "status.message": span.status.message ?? "" },
      preparation,
    ).attributes;
    const { message, ...status } = span.status;
    return copySpan(span, {
      name: textOf(texts["name"]) ?? "masked",
      status: { ...status, ...(message !== undefined && { message: textOf(texts["status.message"]) ?? "" }) },
      attributes: own.attributes,
      droppedAttributesCount: span.droppedAttributesCount + own.dropped,
      events: span.events.map((event) => prepareInner(event, preparation)),
      links: span.links.map((link) => prepareInner(link, preparation)),
      resource: resourceOf(span.resource),
    });
  };
}

/** An event or a link. */
function prepareInner<T extends { readonly attributes?: Attributes; readonly droppedAttributesCount?: number }>(
  inner: T,
  preparation: Preparation,
): T {
  const { attributes, dropped } = prepareAttributes(inner.attributes ?? {}, preparation);
  return { ...inner, attributes, droppedAttributesCount: (inner.droppedAttributesCount ?? 0) + dropped };
}

/** What a mask fails on is dropped and named: it is never sent as it was. */
export function prepareAttributes(
  attributes: Attributes,
  { mask, maxTextLength }: Preparation,
): { attributes: Attributes; dropped: number } {
  const prepared: Attributes = {};
  const failed: string[] = [];
  const short = new Set<string>();
  for (const [name, value] of Object.entries(attributes)) {
    try {
      if (mask !== undefined && holdsObjects(value)) throw new TypeError("not an attribute's value");
      prepared[name] = mapTexts(value, (text) => {
        const masked = mask === undefined ? text : maskText(text, name, mask);
        const fitting = shorten(masked, maxTextLength);
        if (fitting !== masked) short.add(name);
        return fitting;
      });
    } catch (error) {
      failed.push(name);
      // Not the error's message: it may quote what was to be masked.
      announceOnce(
        "mask",
        `a mask failed on ${name} (${error instanceof Error ? error.name : typeof error}); what it fails on is not sent. Said once.`,
      );
    }
  }
  if (failed.length > 0) prepared[maskingFailed] = failed;
  if (short.size > 0) prepared[shortened] = [...short];
  return { attributes: prepared, dropped: failed.length };
}

/** No value that the API allows; some libraries write it all the same. */
function holdsObjects(value: unknown): boolean {
  return Array.isArray(value) ? value.some(holdsObjects) : typeof value === "object" && value !== null;
}

function mapTexts(value: AttributeValue | undefined, map: (text: string) => string): AttributeValue | undefined {
  if (typeof value === "string") return map(value);
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- texts stay texts
  return items.map((item) => (typeof item === "string" ? map(item) : item)) as AttributeValue;
}
