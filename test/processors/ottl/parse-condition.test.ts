import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttributeValue } from "../../../src/model/span.ts";
import { parseCondition } from "../../../src/processors/ottl/parse-condition.ts";
import { eventPaths, logPaths, spanPaths } from "../../../src/processors/ottl/paths.ts";
import { ConditionError } from "../../../src/processors/ottl/tokens.ts";
import { logRecordWith, resource, scope, spanWith } from "../../support/records.ts";

const map = (entries: Record<string, AttributeValue>) => new Map(Object.entries(entries));

const span = spanWith({
  name: "GET /healthz",
  kind: 2,
  status: { code: 2, message: 'it "failed"' },
  parentSpanId: "00f067aa0ba902b7",
  attributes: map({
    n: 5n,
    f: 1.5,
    s: "text",
    b: true,
    l: ["x", map({ y: "z" })],
    bytes: new Uint8Array([1]),
    nothing: null,
  }),
  resource: { ...resource, attributes: map({ "service.name": "shop" }) },
  scope: { ...scope, name: "lib", version: "1.2" },
});

describe("a condition on a span", () => {
  test.each([
    ['name == "GET /healthz"', true],
    ['name != "GET /healthz"', false],
    ['span.name == "GET /healthz"', true],
    ["kind == 2", true],
    ["kind == SPAN_KIND_SERVER", true],
    ["kind == SPAN_KIND_CLIENT", false],
    ["status.code == STATUS_CODE_ERROR", true],
    ['status.message == "it \\"failed\\""', true],
    ['attributes["n"] == 5', true],
    ['attributes["n"] == 5.0', true],
    ['attributes["n"] > 4 and attributes["n"] < 6 and attributes["n"] >= 5 and attributes["n"] <= 5', true],
    ['attributes["n"] == "5"', false],
    ['attributes["n"] != "5"', true],
    ['attributes["n"] < "6"', false],
    ['attributes["f"] > -1', true],
    ['attributes["f"] == .15e1', true],
    ['attributes["s"] < "texu"', true],
    ['attributes["b"] == true', true],
    ['attributes["b"] != false', true],
    ['attributes["l"][0] == "x"', true],
    ['attributes["l"][1]["y"] == "z"', true],
    ['attributes["l"][7] == nil', true],
    ['attributes["missing"] == nil', true],
    ['attributes["nothing"] == nil', true],
    ['attributes["s"] != nil', true],
    ['attributes["missing"] == "x"', false],
    ['attributes["missing"] > 0', false],
    ['attributes["__proto__"] == nil and attributes["toString"] == nil', true],
    ['resource.attributes["service.name"] == "shop"', true],
    ['instrumentation_scope.name == "lib" and scope.version == "1.2"', true],
    ['parent_span_id.string != ""', true],
    ["end_time_unix_nano > start_time_unix_nano", true],
    ['IsMatch(name, "^GET .*z$")', true],
    ['IsMatch(name, "health")', true],
    ['IsMatch(attributes["n"], "^5$")', true],
    ['IsMatch(attributes["missing"], ".*")', false],
    ['IsMatch(name, "x") == false', true],
    ['not IsMatch(name, "x")', true],
    ['not not (name == "x" or kind == 2)', true],
    ['name == "x" or kind == 2 and status.code == 1', false],
    ['(name == "x" or kind == 2) and status.code == 2', true],
    ["true", true],
    ["not true or false", false],
    ['"a" == "a"', true],
    ['name == "GET\\u0020/healthz"', true],
  ])("%s: %j", (condition, holds) => {
    expect(parseCondition(condition, spanPaths)(span)).toBe(holds);
  });
});

describe("a condition on a log record", () => {
  test.each<[string, AttributeValue, boolean]>([
    ['body == "x"', "x", true],
    ['log.body == "x"', "x", true],
    ['body["a"] == 1', map({ a: 1n }), true],
    ['IsMatch(body, "\\"a\\"")', map({ a: 1n }), true],
    ["body == nil", null, true],
    ["severity_number >= SEVERITY_NUMBER_ERROR", "x", true],
    ["severity_number == SEVERITY_NUMBER_FATAL4", "x", false],
    ['severity_text == "ERROR" and event_name == "gen_ai.choice"', "x", true],
    ['trace_id.string == ""', "x", false],
  ])("%s on %s: %j", (condition, body, holds) => {
    const record = logRecordWith({ body, severityNumber: 17, severityText: "ERROR", eventName: "gen_ai.choice" });
    expect(parseCondition(condition, logPaths)(record)).toBe(holds);
  });
});

test("a condition on a span event sees the event and its span", () => {
  const event = { name: "exception", timeUnixNano: 7n, attributes: map({ a: "b" }), droppedAttributesCount: 0 };
  const condition =
    'spanevent.name == "exception" and attributes["a"] == "b" and span.kind == 2 and time_unix_nano == 7';
  expect(parseCondition(condition, eventPaths)({ event, span })).toBe(true);
});

describe("a mistake is told with its place", () => {
  test.each([
    ["", "a path, a function or a value is expected here, not the end (at character 1)"],
    ["name", "a comparison, one of == != < <= > >=, is expected here, not the end (at character 5)"],
    ["name ==", "a path, a function or a value is expected here, not the end (at character 8)"],
    ['name == "x', "the text has no end (at character 9)"],
    ['name == "\\d"', "the text has an escape that there is not; a backslash is written twice (at character 9)"],
    ['name = "x"', 'unexpected "=" (at character 6)'],
    ['name == "x" name', '"and", "or" or the end is expected here, not "name" (at character 13)'],
    ['(name == "x"', '")" is expected here, not the end (at character 13)'],
    [
      'IsMatch(name, "(a")',
      "the pattern is not an RE2 pattern: error parsing regexp: missing closing ): `(a` (at character 15)",
    ],
    ["IsMatch(name, kind)", 'a pattern in quotes is expected here, not "kind" (at character 15)'],
    [
      'Concat(name, "x") == "y"',
      'there is no function "Concat" here, only IsMatch, HasPrefix, HasSuffix, IsRootSpan (at character 1)',
    ],
    ["attributes[name] == 1", 'a key in quotes or a position is expected here, not "name" (at character 12)'],
    ["attributes[-1] == 1", 'a key in quotes or a position is expected here, not "-1" (at character 12)'],
    ["status. == 1", 'a name is expected here, not "==" (at character 9)'],
    [`${"not ".repeat(200)}true`, "nested too deeply (at character 401)"],
    [`${"(".repeat(200)}true`, "nested too deeply (at character 101)"],
  ])("%s", (condition, message) => {
    expect(() => parseCondition(condition, spanPaths)).toThrow(ConditionError);
    expect(() => parseCondition(condition, spanPaths)).toThrow(message);
  });

  test("an unknown path says which there are", () => {
    expect(() => parseCondition("nam == 1", spanPaths)).toThrow(
      /^there is no path "nam" here, only name, kind, status\.code, .*resource\.attributes.* \(at character 1\)$/,
    );
    expect(() => parseCondition("__proto__ == 1", spanPaths)).toThrow('there is no path "__proto__" here');
  });

  test("no text makes the parser do anything but answer or tell the mistake", () => {
    const words = fc.constantFrom(
      "name",
      "attributes",
      '["a"]',
      "==",
      "<",
      "and",
      "or",
      "not",
      "(",
      ")",
      "5",
      '"x"',
      "IsMatch",
      ",",
      ".",
      "nil",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string()), { maxLength: 12 }), (parts) => {
        expect(["boolean", "ConditionError"]).toContain(outcomeOf(parts.join(" ")));
      }),
    );
  });
});

/** The kind of the condition's answer, or of what was thrown instead. */
function outcomeOf(condition: string): string {
  try {
    return typeof parseCondition(condition, spanPaths)(span);
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}
