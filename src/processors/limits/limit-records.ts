/** Spans and log records within limits on number, size and depth of what they hold. */
import type { AttributeMap, LogRecord, Resource, Scope, Span, SpanEvent, SpanLink } from "../../model/span.ts";
import { changeOnce, mapShared, type RecordChange, withMembers } from "../change-records.ts";
import { type Discard, limitAttributes, limitText, limitValue, type ValueLimits } from "./limit-value.ts";

export interface RecordLimits extends ValueLimits {
  /** Attributes in one map of them. */
  readonly attributes: number;
  readonly events: number;
  readonly links: number;
}

const MAX_UINT32 = 0xffff_ffff;

interface Attributed {
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
}

/** Never drops a record. What is counted on a span is what it lacks, as its sender's own count. */
export function createRecordLimits(limits: RecordLimits, discard: Discard) {
  const text = (before: string) => limitText(before, limits, discard);

  function attributesOf(before: Attributed): Attributed {
    const attributes = limitAttributes(before.attributes, limits, discard);
    return {
      attributes,
      droppedAttributesCount: lacking(before.droppedAttributesCount, before.attributes.size, attributes.size),
    };
  }

  /** The first so many of them; what is left out is counted. */
  function first<Item>(items: readonly Item[], limit: number, what: string): readonly Item[] {
    discard(what, "too_many", items.length - limit);
    return items.length > limit ? items.slice(0, limit) : items;
  }

  const eventOf = (event: SpanEvent): SpanEvent =>
    withMembers(event, { name: text(event.name), ...attributesOf(event) });
  const linkOf = (link: SpanLink): SpanLink =>
    withMembers(link, { traceState: text(link.traceState), ...attributesOf(link) });
  const resourceOf = changeOnce((resource: Resource) => withMembers(resource, attributesOf(resource)));
  const scopeOf = changeOnce((scope: Scope) =>
    withMembers(scope, { name: text(scope.name), version: text(scope.version), ...attributesOf(scope) }),
  );

  function span(before: Span): Span {
    const events = mapShared(first(before.events, limits.events, "events"), eventOf);
    const links = mapShared(first(before.links, limits.links, "links"), linkOf);
    return withMembers(before, {
      name: text(before.name),
      traceState: text(before.traceState),
      status: withMembers(before.status, { message: text(before.status.message) }),
      ...attributesOf(before),
      events,
      droppedEventsCount: lacking(before.droppedEventsCount, before.events.length, events.length),
      links,
      droppedLinksCount: lacking(before.droppedLinksCount, before.links.length, links.length),
      resource: resourceOf(before.resource),
      scope: scopeOf(before.scope),
    });
  }

  function logRecord(before: LogRecord): LogRecord {
    return withMembers(before, {
      severityText: text(before.severityText),
      eventName: text(before.eventName),
      body: limitValue(before.body, limits, discard),
      ...attributesOf(before),
      resource: resourceOf(before.resource),
      scope: scopeOf(before.scope),
    });
  }

  return { span, logRecord } satisfies RecordChange;
}

/** The sender's count and ours; a sender may claim as many as fit in the field. */
function lacking(droppedBefore: number, before: number, after: number): number {
  return Math.min(MAX_UINT32, droppedBefore + before - after);
}
