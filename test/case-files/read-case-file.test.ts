import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { maxSteps } from "@turnwise/instrumentation/guards";
import { afterAll, describe, expect, it } from "vitest";
import { parseCaseFile, readCaseFile } from "../../src/case-files/read-case-file.ts";

const folder = mkdtempSync(join(tmpdir(), "turnwise-cases-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const minimal = `agent: { module: ./agent.mjs }
cases:
  - { id: hello, input: hi }
`;
const parse = (text: string, env: Record<string, string> = {}) => parseCaseFile(text, env);

/** The sentences that the file is refused with. */
function problemsOf(text: string): readonly string[] {
  const failure = failureOf(text);
  expect(failure).toMatchObject({ code: "cases_invalid" });
  return failure?.message.replaceAll("the case file, ", "").split("\n") ?? [];
}

function failureOf(text: string): Error | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describe("a case file", () => {
  it("needs an agent and a case", () => {
    expect(parse(minimal)).toMatchObject({
      agent: { kind: "module", module: "./agent.mjs", export: "default" },
      run: { concurrency: 4, trials: 1, minPassRate: 1, threshold: 0.7, timeoutMs: 60_000, retries: 0 },
      cases: [{ id: "hello", inputs: ["hi"] }],
    });
  });

  it("may say how to run, score and guard", () => {
    const file = parse(`${minimal}
name: shop
run: { concurrency: 2, trials: 3, min_pass_rate: 0.5, threshold: 0.8, timeout: 1m30s, retries: 1 }
scoring: { formulas: agent-evals, weights: { task_completion: 0.5, reasoning: 0.25, tool_use: 0.25 } }
guards: { max_steps: 2, cost_ceiling_usd: 0.1, max_repeats: 3 }
`);
    expect(file).toMatchObject({
      name: "shop",
      run: { concurrency: 2, trials: 3, minPassRate: 0.5, threshold: 0.8, timeoutMs: 90_000, retries: 1 },
      scoring: { scoring: "agent-evals", weights: { taskCompletion: 0.5, reasoning: 0.25, toolUse: 0.25 } },
      guards: { maxSteps: 2 },
    });
    const step = { type: "model_call" } as const;
    const guard = file.guards.guard.fresh();
    expect([guard.check(step), guard.check(step)]).toEqual([undefined, undefined]);
    expect(guard.check(step)).toMatchObject({ guard: maxSteps(1).name });
  });

  it.each([
    [
      "{ command: [python3, agent.py], env: { MODE: test } }",
      { kind: "command", command: ["python3", "agent.py"], env: { MODE: "test" } },
    ],
    ['{ url: "http://localhost:9/ask" }', { kind: "endpoint", url: "http://localhost:9/ask", headers: {} }],
    ["{ module: a.mjs, export: answer }", { kind: "module", module: "a.mjs", export: "answer" }],
  ])("names its agent: %s", (agent, expected) => {
    expect(parse(`agent: ${agent}\ncases: [{ id: a, input: x }]`).agent).toEqual(expected);
  });

  it("takes variables for its agent, and cases as they are", () => {
    const text = `agent: { url: "\${env:AGENT_URL}", headers: { authorization: "Bearer \${env:KEY}" } }
cases: [{ id: a, input: "It cost $$5 and \${env:KEY}" }]`;
    const file = parse(text, { AGENT_URL: "https://example.com/ask", KEY: "k-1" });
    expect(file.agent).toMatchObject({ url: "https://example.com/ask", headers: { authorization: "Bearer k-1" } });
    expect(file.cases[0]?.inputs).toEqual(["It cost $$5 and ${env:KEY}"]);
  });

  it("may name a judge model, whose key comes from the environment", () => {
    const text = `${minimal}judge: { base_url: "http://127.0.0.1:11434/v1", model: small, api_key: "\${env:KEY}", timeout: 5s }`;
    expect(parse(text, { KEY: "sk-1" }).judge).toMatchObject({
      base_url: "http://127.0.0.1:11434/v1",
      model: "small",
      api_key: "sk-1",
      timeout: 5_000,
      temperature: 0,
    });
    expect(parse(`${minimal}judge: {}`).judge).toMatchObject({ api_key: "none", model: "gpt-5.4-mini" });
    expect(parse(minimal).judge).toBeUndefined();
  });

  it("may have a user who is simulated", () => {
    const text = `agent: { module: a.mjs }
judge: {}
cases:
  - id: a
    user: { task: Return the tent, done_when: The refund is promised, persona: non_expert, max_turns: 4 }`;
    expect(parse(text).cases[0]).toMatchObject({
      inputs: [],
      user: { task: "Return the tent", doneWhen: ["The refund is promised"], persona: "non_expert", maxTurns: 4 },
    });
  });

  it("may take its cases from datasets of agent_inspect", () => {
    const sample = {
      id: "fetched",
      input: [{ role: "user", content: "Fetch it" }],
      metadata: { expectedTools: [{ tool_name: "fetch", tool_inputs: [{ name: "id", content: 7 }], turn: 0 }] },
    };
    writeFileSync(join(folder, "samples.json"), JSON.stringify([sample]));
    writeFileSync(join(folder, "from.yaml"), "agent: { module: a.mjs }\ncases_from: [samples.json]");
    expect(readCaseFile(join(folder, "from.yaml"), {}).cases).toMatchObject([
      { id: "fetched", inputs: ["Fetch it"], validators: [{ type: "tool_call", tool: "fetch", arguments: { id: 7 } }] },
    ]);
  });

  it("is another one for what it was run for when how it is scored has changed, and not when how it is run", () => {
    const fingerprint = (more: string) => parse(`${minimal}${more}`).fingerprint;
    expect(fingerprint("run: { concurrency: 1, trials: 2 }")).toBe(fingerprint(""));
    for (const more of ["run: { threshold: 0.9 }", "guards: { max_steps: 3 }", "scoring: { formulas: agent-evals }"])
      expect(fingerprint(more)).not.toBe(fingerprint(""));
  });

  it("keeps a variable text where text is wanted", () => {
    const text = 'agent: { command: [run], env: { PIN: "${env:PIN}" } }\ncases: [{ id: a, input: x }]';
    expect(parse(text, { PIN: "0123" }).agent).toMatchObject({ env: { PIN: "0123" } });
  });

  it("is read from the disk, also with a byte order mark", () => {
    const path = join(folder, "cases.yaml");
    writeFileSync(path, `\ufeff${minimal}`);
    expect(readCaseFile(path, {}).cases).toHaveLength(1);
  });
});

describe("a case file that is wrong", () => {
  it.each<[string, string, string]>([
    ["an unknown key", `${minimal}tests: []`, 'unknown key "tests" (line 4)'],
    ["a misspelt key", `${minimal}guard: {}`, 'unknown key "guard" (line 4), did you mean "guards"?'],
    [
      "a misspelt key of a case",
      "agent: { module: a }\ncases:\n  - id: a\n    input: x\n    expected_ouput: y",
      'cases::0: unknown key "expected_ouput" (line 5), did you mean "expected_output"?',
    ],
    [
      "a key that another validator has",
      "agent: { module: a }\ncases:\n  - id: a\n    input: x\n    validators:\n      - { type: contains, text: x }",
      'unknown key "text" (line 6), did you mean "texts"?',
    ],
    [
      "a misspelt validator",
      "agent: { module: a }\ncases:\n  - id: a\n    input: x\n    validators:\n      - { type: tools_used, tools: [x] }",
      "json_schema or rubric or subgoal or llm_check or tool_call; did you mean tool_used? (line 6)",
    ],
    [
      "a case without input",
      "agent: { module: a }\ncases:\n  - id: a",
      'cases::0::input: is required, or "user" (line 3)',
    ],
    [
      "an id twice",
      "agent: { module: a }\ncases:\n  - { id: a, input: x }\n  - { id: a, input: y }",
      "cases::1::id: is also the id of the case in line 3 (line 4)",
    ],
    [
      "an input of a simulated user's",
      "agent: { module: a }\njudge: {}\ncases:\n  - { id: a, input: x, user: { task: t, done_when: d } }",
      'cases::0::input: is what a "user" is simulated to say (line 4)',
    ],
    [
      "a simulated user without a model",
      "agent: { module: a }\ncases:\n  - id: a\n    user: { task: t, done_when: d }",
      'cases::0::user: a simulated user needs a language model (line 4): say which one under "judge"',
    ],
    [
      "a judged expectation without a model",
      "agent: { module: a }\ncases:\n  - id: a\n    input: x\n    validators:\n      - { type: contains, texts: [x] }\n      - { type: subgoal, subgoal: x }",
      'cases::0::validators::1: subgoal needs a judge model (line 7): say which one under "judge"',
    ],
    [
      "trials that would all say the same",
      "agent: { module: a }\njudge: {}\ncases:\n  - { id: a, input: x, validators: [{ type: rubric, rubric: x, trials: 3 }] }",
      "cases::0::validators::0: at temperature 0 the model would say the same thing 3 times: set judge::temperature, or trials to 1 (line 4)",
    ],
    [
      "a template that cannot be filled",
      'agent: { module: a }\njudge: {}\ncases:\n  - { id: a, input: x, validators: [{ type: llm_check, template: "{answer}" }] }',
      "cases::0::validators::0: There is no value for the template's field {answer}. (line 4)",
    ],
    [
      "an expectation of a turn that there will not be",
      "agent: { module: a }\ncases:\n  - { id: a, input: [x, y], validators: [{ type: contains, texts: [x], turn: 3 }] }",
      "cases::0::validators::0::turn: is 3, and there are inputs for 2 (line 3)",
    ],
    [
      "checks of a call without a model",
      "agent: { module: a }\ncases:\n  - { id: a, input: x, validators: [{ type: tool_call, tool: t, checks: { x: y } }] }",
      'cases::0::validators::0: tool_call with checks needs a judge model (line 3): say which one under "judge"',
    ],
    [
      "a key that stands in it",
      `${minimal}judge:\n  api_key: sk-1234`,
      "judge::api_key: must come from the environment, as ${env:OPENAI_API_KEY} (line 5)",
    ],
    ["an unknown key of the judge", `${minimal}judge:\n  url: x`, 'judge: unknown key "url" (line 5)'],
    [
      "a judge's key that is not set",
      `${minimal}judge:\n  api_key: \${env:NOWHERE}`,
      "the environment variable NOWHERE is not set",
    ],
    [
      "a number for an id",
      "agent: { module: a }\ncases: [{ id: 1, input: x }]",
      "cases::0::id: must be text, not a number (line 2)",
    ],
    ["no cases", "agent: { module: a }", "cases: must be at least 1 (line 1)"],
    ["no agent", "cases: [{ id: a, input: x }]", "agent: is required (line 1)"],
    [
      "two agents",
      'agent:\n  module: a\n  url: "http://x"\ncases: [{ id: a, input: x }]',
      'agent: must have one of "module", "command" and "url", not 2 (line 1)',
    ],
    [
      "a key of another agent",
      "agent: { module: a, headers: {} }\ncases: [{ id: a, input: x }]",
      'agent: "headers" belongs to "url" (line 1)',
    ],
    [
      "an address of another kind",
      'agent: { url: "file:///etc/passwd" }\ncases: [{ id: a, input: x }]',
      "agent::url: is not a URL that begins with http",
    ],
    [
      "a password in an address, which would be shown",
      'agent: { url: "http://me:secret@localhost/" }\ncases: [{ id: a, input: x }]',
      'agent: "url" must not hold a name or password: "headers" may (line 1)',
    ],
    [
      "a header of two lines, which would be shown",
      'agent: { url: "http://localhost/", headers: { authorization: "Bearer secret\\nx" } }\ncases: [{ id: a, input: x }]',
      'agent: "headers" has what no HTTP header may have (line 1)',
    ],
    ["no time at all", `${minimal}run:\n  timeout: "0"`, "run::timeout: must be longer than 0 and no longer than 596h"],
    [
      "a time longer than timers take",
      `${minimal}run:\n  scoring_timeout: 600h`,
      "run::scoring_timeout: must be longer than 0 and no longer than 596h (line 5)",
    ],
    ["no duration", `${minimal}run:\n  timeout: 30`, "run::timeout: is not a duration"],
    ["too many at a time", `${minimal}run:\n  concurrency: 1000`, "run::concurrency: must be at most 256 (line 5)"],
    [
      "weights that are no shares",
      `${minimal}scoring:\n  weights: { task_completion: 1, reasoning: 1, tool_use: 0 }`,
      "scoring::weights: weights must be shares that sum to 1",
    ],
    [
      "a guard that could never be kept to",
      `${minimal}guards:\n  max_steps: 0`,
      "guards::max_steps: must be at least 1 (line 5)",
    ],
    [
      "a variable that is not set",
      'agent: { url: "${env:NOWHERE}" }\ncases: [{ id: a, input: x }]',
      "the environment variable NOWHERE is not set",
    ],
    ["no YAML", "agent: [", "not valid YAML"],
    ["a key twice", `${minimal}cases: []`, "not valid YAML"],
    ["a list", "- a", "must be a map (line 1)"],
    [
      "values that multiply",
      `${minimal}metadata:\n${Array.from({ length: 12 }, (_, at) => {
        const before = at === 0 ? "x" : `*a${at - 1}`;
        return `  k${at}: &a${at} [${Array.from({ length: 10 }, () => before).join(", ")}]`;
      }).join("\n")}`,
      "more than 100000 values, every alias followed",
    ],
    ["depth", `agent: ${"[".repeat(5000)}`, "nested deeper"],
  ])("is refused with its key and line: %s", (_what, text, sentence) => {
    expect(problemsOf(text).join("\n")).toContain(sentence);
  });

  it.each<[string, unknown, string]>([
    ["no JSON", "{", "is no dataset of agent_inspect: "],
    ["no dataset", { cases: [] }, "is no dataset of agent_inspect: "],
    [
      "a case that is there already",
      { id: "hello", input: [{ role: "user", content: "x" }], metadata: {} },
      'has a case "hello" that is there already',
    ],
    [
      "a case twice",
      ["x", "x"].map((id) => ({ id, input: [{ role: "user", content: "x" }], metadata: {} })),
      'has a case "x" that is there already',
    ],
    [
      "what needs a judge",
      { id: "a", input: [{ role: "user", content: "x" }], metadata: { subgoals: [{ details: "x", turn: 0 }] } },
      "subgoal needs a judge model",
    ],
  ])("tells where it names a dataset that is %s", (_what, dataset, sentence) => {
    writeFileSync(join(folder, "bad.json"), typeof dataset === "string" ? dataset : JSON.stringify(dataset));
    writeFileSync(join(folder, "names.yaml"), `${minimal}cases_from:\n  - bad.json\n`);
    expect(() => readCaseFile(join(folder, "names.yaml"), {})).toThrow(`cases_from::0: ${sentence}`);
    expect(() => readCaseFile(join(folder, "names.yaml"), {})).toThrow("line 5");
  });

  it("tells a repeated id beside what else is wrong", () => {
    const text = "agent: { module: a }\ncases:\n  - { id: a, input: x }\n  - { id: a }\n  - { id: a, input: y }";
    expect(problemsOf(text)).toEqual([
      'cases::1::input: is required, or "user" (line 4)',
      "cases::1::id: is also the id of the case in line 3 (line 4)",
      "cases::2::id: is also the id of the case in line 3 (line 5)",
    ]);
  });

  it("says all that is wrong at once, in the order of the lines", () => {
    const text =
      "agent: { module: a }\nrun: { trials: 0 }\ncases:\n  - { id: a }\n  - { id: b, input: x, threshold: 2 }";
    const lines = problemsOf(text).map((sentence) => /line (\d+)/.exec(sentence)?.[1]);
    expect(lines).toEqual(["2", "4", "5"]);
  });

  it.each([
    ["nowhere.yaml", "ENOENT"],
    [".", "EISDIR"],
  ])("that cannot be read says why: %s", (name, code) => {
    const read = () => readCaseFile(join(folder, name), {});
    expect(read).toThrow(expect.objectContaining({ code: "file_unreadable" }));
    expect(read).toThrow(code);
  });

  it("is refused when it is empty", () => {
    expect(problemsOf("# nothing yet")).toEqual(["the case file is empty"]);
  });

  it("is refused when it is larger than files that people read", () => {
    const path = join(folder, "large.yaml");
    writeFileSync(path, Buffer.alloc(16_000_001, "#"));
    expect(() => readCaseFile(path, {})).toThrow("larger than 16 MB");
  });
});
