/** What a configuration may say of judges, with the server's own components. */
import { describe, expect, test } from "vitest";
import { components } from "../../src/components.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { problemsOf } from "./problems-of.ts";

const configWith = (llm: string, judges = "[rules, llm]"): string => `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:0" } } } }
exporters: { store: {} }
stores: { default: {} }
judges:
  rules: {}
  llm: ${llm}
service:
  pipelines: { traces: { receivers: [otlp], exporters: [store] } }
  sessions: { store: default, judges: ${judges} }
`;

describe("which sessions a judge judges", () => {
  test("is all, unless it is said", () => {
    const { config } = loadConfig({ text: configWith("{}"), env: {} }, components);
    for (const id of ["rules", "llm"]) expect(config.judges.get(id)?.config).toMatchObject({ sample: 1, when: {} });
  });

  test("is a share and a filter, in which one value may stand for a list", () => {
    const text = configWith(
      "{ sample: 0.1, when: { agent_name: support, source: [otlp, text], metadata: { env: prod }, min_turns: 2, flagged_by: rules } }",
    );
    expect(loadConfig({ text, env: {} }, components).config.judges.get("llm")?.config).toMatchObject({
      sample: 0.1,
      when: {
        agent_name: ["support"],
        source: ["otlp", "text"],
        metadata: { env: "prod" },
        min_turns: 2,
        flagged_by: "rules",
      },
    });
  });

  const line = "(line 7)";
  const mistakes: [what: string, llm: string, judges: string | undefined, problem: RegExp][] = [
    ["a share beyond all", "{ sample: 10 }", undefined, /^judges::llm::sample: .*1.* \(line 7\)$/],
    [
      "a misspelt key",
      "{ when: { agentname: a } }",
      undefined,
      /unknown key "agentname" \(line 7\), did you mean "agent_name"\?$/,
    ],
    ["a source that there is not", "{ when: { source: [otlp, email] } }", undefined, /^judges::llm::when::source/],
    ["no turn at all", "{ when: { min_turns: 0 } }", undefined, /^judges::llm::when::min_turns: /],
    [
      "a judge that there is not",
      "{ when: { flagged_by: rule } }",
      undefined,
      /references judge "rule" which does not come before "llm" in service::sessions::judges \(line 7\), did you mean "rules"\?$/,
    ],
    [
      "a judge that comes later",
      "{ when: { flagged_by: rules } }",
      "[llm, rules]",
      /"rules" which does not come before "llm"/,
    ],
    ["itself", "{ when: { flagged_by: llm } }", undefined, /"llm" which does not come before "llm"/],
    [
      "a budget in dollars without a price",
      "{ project_budget: { usd: 1 } }",
      undefined,
      /^judges::llm::project_budget::usd: needs the price/,
    ],
    ["a budget of nothing", "{ session_budget: { tokens: 0 } }", undefined, /^judges::llm::session_budget::tokens: /],
  ];
  test.each(mistakes)("cannot be %s", (_, llm, judges, problem) => {
    const problems = problemsOf({ text: configWith(llm, judges), env: {} }, components);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toContain(line);
  });
});
