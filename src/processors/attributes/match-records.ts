/** Which records a processor is for. Source: contrib `internal/filter/{filterspan,filterlog}`. */
import { RE2JS } from "re2js";
import type { AttributeMap, AttributeValue, LogRecord, Resource, Scope, Span } from "../../model/span.ts";
import { printValue } from "../../redaction/print-value.ts";
import type { Match } from "./match-schema.ts";

export interface RecordMatch {
  readonly span: (span: Span) => boolean;
  readonly logRecord: (record: LogRecord) => boolean;
}

/** Those that `include` matches, if there is one, and `exclude` does not. */
export function createRecordMatch(include: Match | undefined, exclude: Match | undefined): RecordMatch {
  const included = include && toRecordMatch(include);
  const excluded = exclude && toRecordMatch(exclude);
  return {
    span: (span) => included?.span(span) !== false && excluded?.span(span) !== true,
    logRecord: (record) => included?.logRecord(record) !== false && excluded?.logRecord(record) !== true,
  };
}

type TextMatch = (text: string) => boolean;
const spanKinds = ["UNSPECIFIED", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"];

/** All that is given must hold. What only the other signal has is not looked at. */
function toRecordMatch(match: Match): RecordMatch {
  const isText = match.match_type === "strict" ? sameText : matching;
  const shared = sharedMatch(match, isText);
  const names = anyOf(match.span_names, isText);
  const kinds = anyOf(match.span_kinds, isText);
  const bodies = anyOf(match.log_bodies, isText);
  const severityTexts = anyOf(match.log_severity_texts, isText);
  const severity = match.log_severity_number;
  return {
    span: (span) => shared(span) && names(span.name) && kinds(`SPAN_KIND_${spanKinds[span.kind] ?? span.kind}`),
    logRecord: (record) =>
      shared(record) &&
      bodies(typeof record.body === "string" ? record.body : "") &&
      severityTexts(record.severityText) &&
      (severity === undefined ||
        (record.severityNumber === 0 ? severity.match_undefined : record.severityNumber >= severity.min)),
  };
}

interface Shared {
  readonly attributes: AttributeMap;
  readonly resource: Resource;
  readonly scope: Scope;
}

function sharedMatch(match: Match, isText: (wanted: string) => TextMatch): (record: Shared) => boolean {
  const services = anyOf(match.services, isText);
  const attributes = match.attributes.map((wanted) => attributeMatch(wanted, isText));
  const resources = match.resources.map((wanted) => attributeMatch(wanted, isText));
  const libraries = match.libraries.map(({ name, version }) => ({
    name: isText(name),
    version: version === undefined ? () => true : isText(version),
  }));
  return ({ attributes: own, resource, scope }) => {
    const service = resource.attributes.get("service.name");
    return (
      services(typeof service === "string" ? service : "") &&
      attributes.every((matches) => matches(own)) &&
      resources.every((matches) => matches(resource.attributes)) &&
      (libraries.length === 0 ||
        libraries.some((library) => library.name(scope.name) && library.version(scope.version)))
    );
  };
}

/** Without a value the key's presence is enough. A pattern matches whatever the value is, as text. */
function attributeMatch({ key, value }: Match["attributes"][number], isText: (wanted: string) => TextMatch) {
  const isWanted = value === undefined ? () => true : valueMatch(value, isText);
  return (attributes: AttributeMap): boolean => {
    const found = attributes.get(key);
    return found !== undefined && isWanted(found);
  };
}

function valueMatch(
  wanted: string | number | boolean,
  isText: (wanted: string) => TextMatch,
): (value: AttributeValue) => boolean {
  if (typeof wanted === "string") {
    const matches = isText(wanted);
    const needsText = isText === sameText;
    return (value) => (typeof value === "string" || !needsText) && matches(printValue(value));
  }
  return (value) => (typeof value === "bigint" ? Number(value) : value) === wanted;
}

/** No wishes are met by anything. */
function anyOf(wanted: readonly string[], isText: (wanted: string) => TextMatch): TextMatch {
  const matches = wanted.map(isText);
  return (text) => matches.length === 0 || matches.some((match) => match(text));
}

const sameText =
  (wanted: string): TextMatch =>
  (text) =>
    text === wanted;

/** Anywhere in the text. */
function matching(pattern: string): TextMatch {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.test(text);
}
