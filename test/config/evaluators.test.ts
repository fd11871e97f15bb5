import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { components } from "../../src/components.ts";
import { packagedConfigPath } from "../../src/config/config-sources.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { problemsOf } from "./problems-of.ts";

const packaged = readFileSync(packagedConfigPath, "utf8");

/** The packaged configuration with this section before all others, which the sessions name. */
const textWith = (section: string, names = "refunds"): string =>
  `evaluators:\n${section}\n${packaged.replace("judges: [rules, llm]", `judges: [rules, llm]\n    evaluators: [${names}]`)}`;
const problemsWith = (section: string, names?: string): readonly string[] =>
  problemsOf({ text: textWith(section, names), env: {} }, components);

test("evaluators are named freely, and named by the sessions in their order", () => {
  const section = `  refunds: { when: { agent_name: support }, sample: 0.2, metrics: [conciseness] }
  brief: { expectations: [{ type: tool_used, tools: [get_order] }, { type: tool_used, tools: [refund], name: refunded }] }`;
  const { config, shown } = loadConfig({ text: textWith(section, "brief, refunds"), env: {} }, components);
  expect(config.service.sessions.evaluators).toEqual(["brief", "refunds"]);
  expect(config.evaluators.get("refunds")).toMatchObject({
    type: "standard",
    config: { sample: 0.2, when: { agent_name: ["support"] }, metrics: ["conciseness"], expectations: [] },
  });
  expect(shown).toMatchObject({ evaluators: { refunds: { sample: 0.2, metrics: ["conciseness"] } } });
});

test("the documented example is one, and so is the one that the packaged configuration shows", () => {
  const documented = readFileSync(new URL("../../docs/online-evaluation.md", import.meta.url), "utf8");
  const [, inDocument = ""] = /```yaml\nevaluators:\n([\s\S]*?)service:/.exec(documented) ?? [];
  const [, packagedExample = ""] = /# evaluators:\n((?:#.*\n)+)/.exec(packaged) ?? [];
  for (const section of [inDocument.trimEnd(), packagedExample.replaceAll(/^# /gm, "").trimEnd()]) {
    const { config } = loadConfig({ text: textWith(section), env: {} }, components);
    expect([...config.evaluators.keys()]).toEqual(["refunds"]);
  }
});

describe("what is wrong with an evaluator is said with its line", () => {
  test.each<[string, string, string]>([
    [
      "an unknown key",
      "  refunds:\n    metrics: [conciseness]\n    sampel: 0.5",
      'evaluators::refunds: unknown key "sampel" (line 4), did you mean "sample"?',
    ],
    [
      "an unknown metric",
      "  refunds:\n    metrics:\n      - fluency\n      - concisenes",
      'evaluators::refunds::metrics::1: there is no metric "concisenes", did you mean "conciseness"? (line 5)',
    ],
    [
      "a metric that needs what was expected",
      "  refunds: { metrics: [equals] }",
      'evaluators::refunds::metrics::0: "equals" compares with what was expected, which nobody says of a session: use expectations (line 2)',
    ],
    [
      "an unknown key of an expectation",
      "  refunds:\n    expectations:\n      - type: tool_used\n        tool: [get_order]\n        tools: [get_order]",
      'evaluators::refunds::expectations::0: unknown key "tool" (line 5), did you mean "tools"?',
    ],
    [
      "a JSON schema that cannot be applied",
      "  refunds:\n    expectations:\n      - { type: json_schema, schema: { $id: 'http://[' } }",
      "evaluators::refunds::expectations::0: the schema cannot be applied: Invalid URL (line 4)",
    ],
    [
      "a JSON schema that refers to what is elsewhere",
      "  refunds:\n    expectations:\n      - { type: json_schema, schema: { items: { $ref: 'https://example.com/x' } } }",
      "evaluators::refunds::expectations::0: the schema cannot be applied: the reference https://example.com/x leads nowhere (line 4)",
    ],
    [
      "a pattern that is none",
      "  refunds:\n    expectations:\n      - { type: regex_match, pattern: '(' }",
      "evaluators::refunds::expectations::0::pattern: is not an RE2 pattern: error parsing regexp: missing closing ): `(` (line 4)",
    ],
    [
      "a name that could act on a terminal",
      '  refunds:\n    expectations:\n      - { type: step_count, max: 3, name: "a\\eb" }',
      "evaluators::refunds::expectations::0::name: must be on one line, without control characters (line 4)",
    ],
    [
      "two of one name",
      "  refunds:\n    expectations:\n      - { type: step_count, max: 3 }\n      - { type: step_count, min: 1 }",
      'evaluators::refunds::expectations::1: is the second that is called "step_count": give an expectation a name of its own (line 5)',
    ],
    [
      "nothing to score by",
      "  refunds: {}",
      "evaluators::refunds: has nothing to score by: it needs metrics or expectations (line 2)",
    ],
    [
      "a judge that does not judge sessions",
      "  refunds: { when: { flagged_by: rule }, metrics: [fluency] }",
      'evaluators::refunds::when::flagged_by: references judge "rule" which is not in service::sessions::judges (line 2), did you mean "rules"?',
    ],
  ])("%s", (_, section, problem) => {
    expect(problemsWith(section)).toEqual([problem]);
  });

  test("a name that a judge has", () => {
    expect(problemsWith("  rules: { metrics: [fluency] }", "rules")).toEqual([
      "evaluators::rules: has the name of a judge: give it another one (line 2)",
    ]);
  });

  test("a name with a slash, by which scores could not be found", () => {
    expect(problemsWith("  refunds/gold: { metrics: [fluency] }", "refunds/gold")[0]).toContain(
      "evaluators::refunds/gold: is not a name",
    );
  });

  test("one that is not configured", () => {
    expect(problemsWith("  refunds: { metrics: [fluency] }", "refund")[0]).toMatch(
      /references evaluator "refund" which is not configured \(line \d+\), did you mean "refunds"\?$/,
    );
  });
});
