/** Every text of a span or log record, through one redactor. Ids and times are none. */
import type { AttributeMap, AttributeValue, LogRecord, Resource, Scope, Span } from "../../model/span.ts";
import { changeOnce, mapShared, type RecordChange, withMembers } from "../change-records.ts";
import { isList, isMap } from "../attribute-kinds.ts";
import { type AttributeRules, createAttributeRedaction, createKeyCheck, type Outcome } from "./redact-attributes.ts";
import { addSummary, type Summary } from "./summary.ts";

export interface RecordRules extends AttributeRules {
  readonly summary: Summary;
}

export function createRecordRedaction(rules: RecordRules): Required<RecordChange> {
  const { redactor } = rules;
  const text = (before: string) => redactor.text(before);
  const key = (before: string) => redactor.key(before);
  const redactAttributes = createAttributeRedaction(rules);
  const bodyOf = createBodyRedaction(rules);

  function attributesOf(before: AttributeMap): AttributeMap {
    const { attributes, outcome } = redactAttributes(before);
    return addSummary(attributes, outcome, rules.summary);
  }

  const resource = changeOnce((before: Resource) =>
    withMembers(before, {
      attributes: attributesOf(before.attributes),
      schemaUrl: text(before.schemaUrl),
      entityRefs: mapShared(before.entityRefs, (ref) =>
        withMembers(ref, {
          schemaUrl: text(ref.schemaUrl),
          type: text(ref.type),
          idKeys: mapShared(ref.idKeys, key),
          descriptionKeys: mapShared(ref.descriptionKeys, key),
        }),
      ),
    }),
  );
  const scope = changeOnce((before: Scope) =>
    withMembers(before, {
      name: text(before.name),
      version: text(before.version),
      attributes: attributesOf(before.attributes),
      schemaUrl: text(before.schemaUrl),
    }),
  );

  function span(before: Span): Span {
    return withMembers(before, {
      name: text(before.name),
      traceState: text(before.traceState),
      status: withMembers(before.status, { message: text(before.status.message) }),
      attributes: attributesOf(before.attributes),
      events: mapShared(before.events, (event) =>
        withMembers(event, { name: text(event.name), attributes: attributesOf(event.attributes) }),
      ),
      links: mapShared(before.links, (link) =>
        withMembers(link, { traceState: text(link.traceState), attributes: attributesOf(link.attributes) }),
      ),
      resource: resource(before.resource),
      scope: scope(before.scope),
    });
  }

  function logRecord(before: LogRecord): LogRecord {
    const { body, outcome } = bodyOf(before.body);
    return withMembers(before, {
      severityText: text(before.severityText),
      eventName: text(before.eventName),
      body,
      attributes: addSummary(attributesOf(before.attributes), outcome, rules.summary, "body."),
      resource: resource(before.resource),
      scope: scope(before.scope),
    });
  }

  return { span, logRecord };
}

/** In a body the maps inside of others are held against the allowed keys too. */
function createBodyRedaction(rules: AttributeRules): (body: AttributeValue) => RedactedBody {
  const redactAttributes = createAttributeRedaction(rules);
  const fateOf = createKeyCheck(rules);
  return (body) => {
    const allowed = rules.allowedKeys === undefined ? body : onlyAllowed(body);
    if (isMap(allowed)) {
      const { attributes, outcome } = redactAttributes(allowed);
      return { body: attributes, outcome };
    }
    const redacted = rules.redactor.value(allowed);
    return {
      body: redacted,
      outcome: { redacted: [], masked: Object.is(redacted, body) ? [] : ["body"], ignored: [] },
    };
  };

  /** At the top keys are left to `redactAttributes`, which notes them. */
  function onlyAllowed(value: AttributeValue, isTop = true): AttributeValue {
    if (isList(value)) return mapShared(value, (item) => onlyAllowed(item, false));
    if (!isMap(value)) return value;
    const kept = [...value].flatMap(([key, member]): [string, AttributeValue][] => {
      const fate = fateOf(key);
      if (fate === "remove" && !isTop) return [];
      return [[key, fate === "redact" ? onlyAllowed(member, false) : member]];
    });
    return kept.length === value.size && kept.every(([key, member]) => Object.is(value.get(key), member))
      ? value
      : new Map(kept);
  }
}

interface RedactedBody {
  readonly body: AttributeValue;
  readonly outcome: Outcome;
}
