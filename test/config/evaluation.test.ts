/** `service::evaluation`: how runs are scored, and how much may be asked for. */
import { describe, expect, test } from "vitest";
import { components } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { problemsOf } from "./problems-of.ts";

const configWith = (evaluation: string, judges = "[rules]"): string => `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
exporters: { store: {} }
stores: { default: {} }
judges:
  rules: {}
  llm: { api_key: sk-1 }
  llm/metrics: { api_key: sk-2, model: small }
service:
  pipelines: { traces: { receivers: [otlp], exporters: [store] } }
  sessions: { store: default, judges: ${judges} }
  evaluation: ${evaluation}
`;

const load = (text: string) => loadConfig({ text, env: {} }, components);
const evaluationOf = (evaluation: string, judges?: string) =>
  load(configWith(evaluation, judges)).config.service.evaluation;

describe("service::evaluation", () => {
  test("has a default for everything", () => {
    const text = configWith("{}").replace(/ {2}evaluation:.*\n/, "");
    expect(load(text).config.service.evaluation).toEqual({
      concurrency: 8,
      limits: { maxDatasetBytes: 256 * 1024 * 1024, maxDatasetItems: 1_000_000, requestsPerMinute: 600 },
    });
  });

  test("takes every setting", () => {
    const written =
      "{ judge: llm/metrics, concurrency: 2, max_dataset_mib: 1, max_dataset_items: 3, requests_per_minute: 4, evaluations_per_month: 5, tokens_per_month: 6 }";
    expect(evaluationOf(written)).toEqual({
      judge: "llm/metrics",
      concurrency: 2,
      limits: {
        maxDatasetBytes: 1024 * 1024,
        maxDatasetItems: 3,
        requestsPerMinute: 4,
        evaluationsPerMonth: 5,
        tokensPerMonth: 6,
      },
    });
  });

  test.each([
    ["[rules]", undefined],
    ["[rules, llm/metrics, llm]", "llm/metrics"],
    ["[llm]", "llm"],
  ])("of sessions that are judged by %s, asks the model of %s", (judges, judge) => {
    expect(evaluationOf("{}", judges).judge).toBe(judge);
  });

  test("uses the judge that it names, also where no session is judged by it", () => {
    const { warnings } = load(configWith("{ judge: llm/metrics }", "[rules, llm]"));
    expect(warnings).toEqual([]);
  });

  test.each([
    ["{ judge: rules }", 'service::evaluation::judge: "rules" asks no model: it must be a judge of type llm (line 12)'],
    [
      "{ judge: llm/metric }",
      'service::evaluation: references judge "llm/metric" which is not configured (line 12), did you mean "llm/metrics"?',
    ],
    ["{ concurency: 1 }", 'service::evaluation: unknown key "concurency" (line 12), did you mean "concurrency"?'],
    ["{ concurrency: 0 }", "service::evaluation::concurrency: must be at least 1 (line 12)"],
    [
      "{ max_dataset_mib: 1.5 }",
      "service::evaluation::max_dataset_mib: must be a whole number, not a fraction (line 12)",
    ],
    ["{ evaluations_per_month: 0 }", "service::evaluation::evaluations_per_month: must be at least 1 (line 12)"],
  ])("refuses %s, and says where it is wrong", (evaluation, problem) => {
    expect(problemsOf({ text: configWith(evaluation), env: {} }, components)).toEqual([problem]);
  });
});
