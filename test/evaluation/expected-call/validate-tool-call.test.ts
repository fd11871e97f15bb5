import { describe, expect, it } from "vitest";
import type { ExpectedToolCall } from "../../../src/evaluation/expected-call/expected-tool-call.ts";
import { type ToolCallOptions, validateToolCall } from "../../../src/evaluation/expected-call/validate-tool-call.ts";
import type { TrajectoryTurn } from "../../../src/evaluation/trajectory-turn.ts";
import type { JsonValue, Step } from "../../../src/model/session.ts";
import { materialOf, scriptJudge } from "../scripted-judge.ts";
import { calls, greeting, thinks, turnOf } from "../trajectory-turns.ts";

const right = 'Tool "tool_name_1" call has passed all input arguments check and output check successfully.';
const wrong = 'Tool "tool_name_1" call has failed input arguments check or output check.';
const named = "Tool name: tool_name_1 matched.";
const exact = (what: string): string => `${what} has passed exact match successfully.`;
const judged = (what: string): string => `${what} has passed llm-as-a-judge successfully.`;
const refused = (what: string): string => `${what} has failed llm-as-a-judge.`;
const differs = (what: string, expected: string, actual: string): string => {
  const [expectedValue, expectedType] = expected.split(":");
  const [actualValue, actualType] = actual.split(":");
  return `${what} has failed exact match. Expected value: ${expectedValue}, expected type: ${expectedType}. Actual value: ${actualValue}, actual type: ${actualType}.`;
};
const a1 = 'Argument "args_name_1"';
const a2 = 'Argument "args_name_2"';
const a3 = 'Argument "args_name_3"';

const given = { args_name_1: "args_value_1", args_name_2: "args_value_2", args_name_3: 20.5 };
const one = [calls("tool_name_1", given)];
const oneText = [calls("tool_name_1", given, { result: "350.9" })];
const oneNumber = [calls("tool_name_1", given, { result: 350.9 })];
const twice = (first: JsonValue, second: JsonValue, last: JsonValue): readonly Step[] => [
  calls("tool_name_1", first, { result: 350.9 }),
  calls("tool_name_1", second, { result: last }),
];

const expects = (
  expected: readonly (readonly [string, { readonly value?: JsonValue; readonly check?: string }])[],
  output?: ExpectedToolCall["output"],
): ExpectedToolCall => ({
  tool: "tool_name_1",
  arguments: expected.map(([name, value]) => ({ name, ...value })),
  ...(output === undefined ? {} : { output }),
  turn: 0,
});

const value1 = ["args_name_1", { value: "args_value_1" }] as const;
const check1 = ["args_name_1", { check: "args_value_1" }] as const;
const check2 = ["args_name_2", { check: "args_value_2_incorrect" }] as const;
const value3 = ["args_name_3", { value: 20.5 }] as const;

interface Vector {
  readonly what: string;
  readonly steps: readonly Step[];
  readonly expected: ExpectedToolCall;
  /** Of the judge; every question is decided by a first wave of three. */
  readonly script?: string;
  readonly passed: boolean;
  readonly lines: readonly string[];
}

// The original's tests: results, numbers of explanations, and how often the judge is asked.
const vectors: readonly Vector[] = [
  {
    what: "two checks, of which the second fails",
    steps: one,
    expected: expects([check1, check2]),
    script: "CCCIII",
    passed: false,
    lines: [wrong, named, judged(a1), refused(a2)],
  },
  {
    what: "two equal values, others given as well",
    steps: one,
    expected: expects([value1, value3]),
    passed: true,
    lines: [right, named, exact(a1), exact(a3)],
  },
  {
    what: "values and checks, of which a check fails",
    steps: one,
    expected: expects([check1, check2, value3]),
    script: "CCCIII",
    passed: false,
    lines: [wrong, named, judged(a1), refused(a2), exact(a3)],
  },
  {
    what: "an equal output as well",
    steps: oneNumber,
    expected: expects([check1, check2, value3], { value: 350.9 }),
    script: "CCCCCC",
    passed: true,
    lines: [right, named, judged(a1), judged(a2), exact(a3), exact("Tool output")],
  },
  {
    what: "an output that is the number's text",
    steps: oneText,
    expected: expects([check1, check2, value3], { value: 350.9 }),
    script: "CCCCCC",
    passed: false,
    lines: [wrong, named, judged(a1), judged(a2), exact(a3), differs("Tool output", "350.9:number", "350.9:string")],
  },
  {
    what: "an output where there was none",
    steps: one,
    expected: expects([check1, check2, value3], { value: 350.9 }),
    script: "CCCCCC",
    passed: false,
    lines: [wrong, named, judged(a1), judged(a2), exact(a3), differs("Tool output", "350.9:number", "null:null")],
  },
  {
    what: "a check of the output",
    steps: oneText,
    expected: expects([check1, check2, value3], { check: "350.9" }),
    script: "CCCCCCCCC",
    passed: true,
    lines: [right, named, judged(a1), judged(a2), exact(a3), judged("Tool output")],
  },
  {
    what: "two other values",
    steps: one,
    expected: expects([
      ["args_name_1", { value: "args_value_1_incorrect" }],
      ["args_name_3", { value: 30 }],
    ]),
    passed: false,
    lines: [
      wrong,
      named,
      differs(a1, "args_value_1_incorrect:string", "args_value_1:string"),
      differs(a3, "30:number", "20.5:number"),
    ],
  },
  {
    what: "an argument that was not given",
    steps: one,
    expected: expects([value1, ["args_name_5", { value: 20.5 }]]),
    passed: false,
    lines: [
      wrong,
      named,
      exact(a1),
      'Argument "args_name_5" is not found in the actual tool call. Expected value: 20.5, expected type: number.',
    ],
  },
  {
    what: "a check of the output that fails",
    steps: oneText,
    expected: expects([value1, value3], { check: "100.0" }),
    script: "III",
    passed: false,
    lines: [wrong, named, exact(a1), exact(a3), refused("Tool output")],
  },
  {
    what: "a check of the output though an argument is wrong already",
    steps: oneText,
    expected: expects([["args_name_1", { value: "other" }]], { check: "350.9" }),
    script: "CCC",
    passed: false,
    lines: [wrong, named, differs(a1, "other:string", "args_value_1:string"), judged("Tool output")],
  },
  {
    what: "a tool that was not called",
    steps: one,
    expected: { ...expects([value1]), tool: "tool_name_Z" },
    passed: false,
    lines: ['No matching tool name "tool_name_Z" is found for expected tool in this agent turn'],
  },
  {
    what: "a second call that is right",
    steps: twice({ args_name_1: "no", args_name_2: 400 }, { args_name_1: "args_value_1", args_name_2: 20.5 }, 350.9),
    expected: expects([value1, ["args_name_2", { value: 20.5 }]], { value: 350.9 }),
    passed: true,
    lines: [right, named, exact(a1), exact(a2), exact("Tool output")],
  },
  {
    what: "two calls that are wrong",
    steps: twice({ args_name_1: "no", args_name_2: 400 }, { args_name_1: "no", args_name_2: 20.5 }, 400),
    expected: expects([value1, ["args_name_2", { value: 20.5 }]], { value: 350.9 }),
    passed: false,
    lines: [
      wrong,
      named,
      differs(a1, "args_value_1:string", "no:string"),
      differs(a2, "20.5:number", "400:number"),
      exact("Tool output"),
      wrong,
      named,
      differs(a1, "args_value_1:string", "no:string"),
      exact(a2),
      differs("Tool output", "350.9:number", "400:number"),
    ],
  },
  {
    what: "no arguments and no output",
    steps: one,
    expected: { tool: "tool_name_1" },
    passed: true,
    lines: [right, named],
  },
  {
    what: "neither value nor check of an argument that was not given",
    steps: one,
    expected: expects([["args_name_9", {}]]),
    passed: false,
    lines: [
      wrong,
      named,
      'Argument "args_name_9" is not found in the actual tool call. Expected value: null, expected type: null.',
    ],
  },
  {
    what: "neither value nor check of an argument that was null",
    steps: [calls("tool_name_1", { args_name_1: null })],
    expected: expects([["args_name_1", {}]]),
    passed: true,
    lines: [right, named, exact(a1)],
  },
  {
    what: "neither value nor check of an output",
    steps: [calls("tool_name_1", {}, { result: "x" })],
    expected: expects([], {}),
    passed: false,
    lines: [wrong, named, differs("Tool output", "null:null", "x:string")],
  },
  {
    what: "names with spaces around them",
    steps: [calls(" tool_name_1\n", { " args_name_1 ": "args_value_1" })],
    expected: { ...expects([value1]), tool: "tool_name_1" },
    passed: true,
    lines: [right, named, exact(a1)],
  },
  {
    what: "names in another case",
    steps: [calls("Tool_name_1", given)],
    expected: expects([]),
    passed: false,
    lines: ['No matching tool name "tool_name_1" is found for expected tool in this agent turn'],
  },
  {
    what: "arguments that are no object",
    steps: [calls("tool_name_1", "{broken")],
    expected: expects([["arguments", { value: "{broken" }]]),
    passed: true,
    lines: [right, named, 'Argument "arguments" has passed exact match successfully.'],
  },
  {
    what: "an output that is an error",
    steps: [calls("tool_name_1", {}, { error: "not found" })],
    expected: expects([], { value: "not found" }),
    passed: true,
    lines: [right, named, exact("Tool output")],
  },
  {
    what: "a check of an argument that was not given, which the judge is asked about as an empty text",
    steps: one,
    expected: expects([["args_name_9", { check: "left out" }]]),
    script: "CCC",
    passed: true,
    lines: [right, named, judged('Argument "args_name_9"')],
  },
];

const turnsWith = (steps: readonly Step[]): readonly TrajectoryTurn[] => [
  turnOf(1, "Mock agent input", "Mock agent response", steps),
];

describe("AI-9 an expected tool call", () => {
  it.each(vectors)("with $what: $passed", async ({ steps, expected, script = "", passed, lines }) => {
    const judge = scriptJudge(script);
    const validation = await validateToolCall(turnsWith(steps), expected, { client: judge, voting: "waves" });
    const [explanation, ...notes] = lines;
    expect(validation).toEqual({ passed, explanation, notes, expectedCall: expected });
    expect(judge.batches).toEqual(Array.from({ length: script.length / 3 }, () => 3));
  });

  it("is looked for in the last turn only, among the tool calls", async () => {
    const expected = expects([value1]);
    const options: ToolCallOptions = { client: scriptJudge("") };
    const called = turnOf(1, "Go", "Done.", [thinks("tool_name_1"), ...one]);
    expect(await validateToolCall([greeting, called], expected, options)).toMatchObject({ passed: true });
    expect(await validateToolCall([called, greeting], expected, options)).toMatchObject({ passed: false });
  });

  interface Voting {
    readonly what: string;
    readonly options: Omit<ToolCallOptions, "client">;
    readonly script: string;
    readonly batches: number[];
  }
  const votings: readonly Voting[] = [
    { what: "in rounds, with retries", options: {}, script: "CC?CCC", batches: [5, 1] },
    { what: "in waves", options: { voting: "waves" }, script: "CICC", batches: [3, 1] },
    {
      what: "in waves whatever is said, as the original",
      options: { voting: "rounds", alwaysInWaves: true },
      script: "CICC",
      batches: [3, 1],
    },
    { what: "by as many trials as are wanted", options: { trials: 1 }, script: "C", batches: [1] },
  ];
  it.each(votings)("is voted on $what", async ({ options, script, batches }) => {
    const judge = scriptJudge(script);
    const validation = await validateToolCall(turnsWith(one), expects([check1]), { client: judge, ...options });
    expect(validation.passed).toBe(true);
    expect(judge.batches).toEqual(batches);
  });

  it("AI-10 is explained by the judge's own words, each after the line that they are about", async () => {
    const judge = scriptJudge("CCCIIIIII");
    const { explanation, notes } = await validateToolCall(
      turnsWith(oneText),
      expects([check1, check2, value3], { check: "200.00" }),
      { client: judge, voting: "waves", includeJudgeExplanations: true },
    );
    const yes = "It is there.\nGRADE: C";
    const no = "It is missing.\nGRADE: I";
    expect([explanation, ...notes]).toEqual([
      wrong,
      named,
      judged(a1),
      yes,
      yes,
      yes,
      refused(a2),
      no,
      no,
      no,
      exact(a3),
      refused("Tool output"),
      no,
      no,
      no,
    ]);
  });

  it("must hold in all that is expected of the same argument; as the original, in the last of it", async () => {
    const expected = expects([["args_name_1", { value: "other" }], value1]);
    const options: ToolCallOptions = { client: scriptJudge("") };
    const sound = await validateToolCall(turnsWith(one), expected, options);
    expect(sound.notes).toEqual([named, differs(a1, "other:string", "args_value_1:string"), exact(a1)]);
    const original = await validateToolCall(turnsWith(one), expected, { ...options, lastOfSameName: true });
    expect(original).toMatchObject({ passed: true, explanation: right, notes: [named, exact(a1)] });
  });

  const invalid: readonly [string, ExpectedToolCall, string, string][] = [
    ["no name", { ...expects([]), tool: "" }, "050008", "The expected tool call is missing the tool's name."],
    [
      "a value and a check of an argument",
      expects([["args_name_1", { value: "args_value_1", check: "args_value_1" }]]),
      "050009",
      "The expected tool call's argument args_name_1 cannot have both a value and a check.",
    ],
    [
      "a value and a check of the output",
      expects([value1], { value: false, check: "350.9" }),
      "050009",
      "The expected tool call's output cannot have both a value and a check.",
    ],
    [
      "a value and a check, behind one that would cost",
      expects([check1, ["args_name_3", { value: 30, check: "30.0" }]]),
      "050009",
      "The expected tool call's argument args_name_3 cannot have both",
    ],
  ];
  it.each(invalid)("AI-11 is refused, and nothing asked, with %s", async (_, expected, code, message) => {
    const judge = scriptJudge("");
    const validation = validateToolCall(turnsWith(oneText), expected, { client: judge });
    await expect(validation).rejects.toMatchObject({ name: "InvalidInputError", code });
    await expect(validation).rejects.toThrow(`Internal Code: ${code}, Error Message: ${message}`);
    expect(judge.prompts).toEqual([]);
  });

  it("may have a value of null beside a check", async () => {
    const judge = scriptJudge("C");
    const expected = expects([["args_name_1", { value: null, check: "args_value_1" }]]);
    expect(await validateToolCall(turnsWith(one), expected, { client: judge, trials: 1 })).toMatchObject({
      passed: true,
    });
  });

  it.each([
    ["without an answer", [turnOf(1, "Go", "", one)]],
    ["before the last without an answer", [turnOf(1, "Go", ""), turnOf(2, "Go", "Done.", one)]],
  ])("AI-11 is not looked for in a turn %s", async (_, turns) => {
    await expect(validateToolCall(turns, expects([]), { client: scriptJudge("") })).rejects.toMatchObject({
      code: "050008",
    });
  });

  it("is not found where a judge gives no grade", async () => {
    const validation = validateToolCall(turnsWith(one), expects([check1]), {
      client: scriptJudge("4"),
      trials: 1,
      maxRetries: 0,
    });
    await expect(validation).rejects.toMatchObject({ name: "EvaluationError", code: "050000" });
  });

  it("is shown to the judge as what was given, in a call, against what is expected", async () => {
    const judge = scriptJudge("CC");
    await validateToolCall(
      turnsWith(oneText),
      expects([["args_name_3", { check: "about 20" }]], { check: "some 351" }),
      {
        client: judge,
        trials: 1,
      },
    );
    const [ofArgument = "", ofOutput = ""] = judge.prompts;
    expect(ofArgument).toContain("## What is expected\n\nabout 20\n");
    expect(materialOf(ofArgument)).toBe(
      'The value:\n20.5\nThe tool call:\n{ "tool_name": "tool_name_1", "tool_arguments": { "args_name_1": "args_value_1", "args_name_2": "args_value_2", "args_name_3": 20.5 } }\n',
    );
    expect(ofOutput).toContain("## What is expected\n\nsome 351\n");
    expect(materialOf(ofOutput)).toBe(
      'The value:\n"350.9"\nThe tool call:\n{ "tool_name": "tool_name_1", "tool_output": "350.9" }\n',
    );
  });

  it("cuts long values short where it explains", async () => {
    const steps = [calls("tool_name_1", { args_name_1: "x".repeat(10_000) })];
    const { notes } = await validateToolCall(turnsWith(steps), expects([value1]), { client: scriptJudge("") });
    expect(notes[1]?.length).toBeLessThan(800);
  });

  // Python's `==`, of arguments and outputs.
  const equality: readonly [JsonValue, JsonValue, boolean][] = [
    [1, 1.0, true],
    [0, false, true],
    ["a", "A", false],
    [null, null, true],
    [[1, 2], [2, 1], false],
    ["", null, false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ["1", 1, false],
  ];
  it.each(equality)("compares %j with %j as %j", async (actual, value, passed) => {
    const steps = [calls("tool_name_1", { x: actual }, { result: actual })];
    const options: ToolCallOptions = { client: scriptJudge("") };
    const ofArgument = await validateToolCall(turnsWith(steps), expects([["x", { value }]]), options);
    const ofOutput = await validateToolCall(turnsWith(steps), expects([], { value }), options);
    expect([ofArgument.passed, ofOutput.passed]).toEqual([passed, passed]);
  });
});
