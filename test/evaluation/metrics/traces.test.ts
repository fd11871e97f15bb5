import { describe, expect, it } from "vitest";
import { countTokens, countToolCalls, totalLatencyMs } from "../../../src/evaluation/metrics/observed.ts";
import { fromTau2Bench } from "../../../src/evaluation/metrics/traces/from-tau2-bench.ts";
import { fromToolSandbox } from "../../../src/evaluation/metrics/traces/from-tool-sandbox.ts";
import { toTrajectory } from "../../../src/evaluation/metrics/traces/to-trajectory.ts";
import { readTurnTraces, type TurnTrace } from "../../../src/evaluation/metrics/traces/turn-trace.ts";
import { errorOf } from "./error-of.ts";

const says = (role: string, content: string | null, more: object = {}): object => ({ role, content, ...more });

/** A message of a tau2-bench agent that calls tools; each call is answered, unless it is called `lost`. */
const tau2Calls = (...calls: readonly [string, object][]): object[] => [
  says("agent", null, {
    tool_calls: calls.map(([name, given]) => ({ id: `id_${name}`, name, arguments: given, requestor: "assistant" })),
  }),
  ...calls
    .filter(([name]) => name !== "lost")
    .map(([name]) => says("tool", `{"of": "${name}"}`, { tool_id: `id_${name}` })),
];

const stepsOf = (trace: TurnTrace | undefined): (readonly unknown[])[] =>
  (trace?.steps ?? []).map(({ id, parent_ids, tool, tool_input_args, tool_output }) => [
    id,
    parent_ids,
    tool,
    (tool_input_args ?? []).map(({ name, value }) => [name, value]),
    tool_output,
  ]);

describe("AI-23 traces of tau2-bench", () => {
  const conversation = [
    [says("user", "Book a flight."), says("agent", "Which one?", { tool_calls: null })],
    [
      says("user", "The same as last time."),
      says("user", "Please."),
      ...tau2Calls(["get_user", { user_id: "sophia" }]),
      says("agent", "One moment."),
      ...tau2Calls(["search", { origin: "ORD", seats: 2, flexible: null }], ["lost", {}]),
      says("agent", "I found one."),
      says("agent", ""),
    ],
  ];

  it("have the first thing the user says, the last that the agent says, and a step for every tool call", () => {
    const traces = fromTau2Bench(conversation);
    expect(traces).toMatchObject([
      {
        id: "turn_0",
        from_id: null,
        agent_input: "Book a flight.",
        agent_response: { response: "Which one?" },
        steps: [],
      },
      { id: "turn_1", from_id: "turn_0", agent_input: "The same as last time.", latency_in_ms: null },
    ]);
    expect(traces[1]?.agent_response).toEqual({ response: "I found one.", status_code: "200" });
    const searched = [
      ["origin", "ORD"],
      ["seats", 2],
      ["flexible", null],
    ];
    expect(stepsOf(traces[1])).toEqual([
      ["turn_1_step_0", [], "get_user", [["user_id", "sophia"]], '{"of": "get_user"}'],
      ["turn_1_step_1", ["turn_1_step_0"], "search", searched, '{"of": "search"}'],
      ["turn_1_step_2", ["turn_1_step_1"], "lost", [], null],
    ]);
  });

  it("link steps as agent_inspect does where that is asked for, wrongly after the first batch", () => {
    const [, turn] = fromTau2Bench(conversation, "agent_inspect");
    expect(stepsOf(turn).map(([, parents]) => parents)).toEqual([[], ["turn_1_step_1"], ["turn_1_step_2"]]);
  });

  it("leave a turn without a user out, and keep the numbers", () => {
    const traces = fromTau2Bench([
      [says("user", "Hi")],
      [says("agent", "Anybody there?")],
      [says("user", null), says("agent", "?")],
      [says("user", "Yes"), says("agent", null)],
    ]);
    expect(traces.map(({ id, from_id, agent_response }) => [id, from_id, agent_response])).toEqual([
      ["turn_0", null, null],
      ["turn_3", "turn_2", null],
    ]);
  });

  const refused: [string, unknown, string][] = [
    ["no list", { turns: [] }, "050009"],
    ["a turn that is no list", [says("user", "Hi")], "050009"],
    ["a message without a role", [[{ content: "SECRET" }]], "050009"],
    [
      "arguments that are text",
      [[says("agent", null, { tool_calls: [{ id: "1", name: "x", arguments: "SECRET" }] })]],
      "050009",
    ],
  ];
  for (const [what, given, code] of refused) {
    it(`are refused for ${what}, and the refusal says where and not what`, () => {
      expect(errorOf(() => fromTau2Bench(given))).toBe(code);
      expect(() => fromTau2Bench(given)).not.toThrow("SECRET");
    });
  }

  it("are refused with the place of what does not fit", () => {
    expect(() => fromTau2Bench([[says("user", "Hi"), { content: "x" }]])).toThrow("trace.0.1.role: ");
  });
});

describe("AI-23 traces of ToolSandbox", () => {
  const call = (id: string, name: string, given: string): object => ({
    id,
    type: "function",
    function: { name, arguments: given },
  });

  const conversation = [
    [
      says("user", "Remind me to buy milk."),
      says("assistant", null, {
        tool_calls: [call("1", "to_timestamp", '{"year": 2024, "hour": 17}'), call("2", "now", "{}")],
      }),
      says("tool", "1711098000.0", { tool_call_id: "1" }),
      says("tool", "", { tool_call_id: "2" }),
      says("assistant", null, { tool_calls: [call("3", "add_reminder", "not json"), call("4", "list", "[1]")] }),
      says("tool", "done", { tool_call_id: "3", tool_details: { id: 1, ok: true } }),
      says("assistant", "Your reminder is set."),
    ],
    [says("user", "Thank you!")],
  ];

  it("read arguments from JSON, and take what is none as one argument", () => {
    const traces = fromToolSandbox(conversation);
    expect(stepsOf(traces[0])).toEqual([
      [
        "turn_0_step_0",
        [],
        "to_timestamp",
        [
          ["year", 2024],
          ["hour", 17],
        ],
        "1711098000.0",
      ],
      ["turn_0_step_1", ["turn_0_step_0"], "now", [], null],
      ["turn_0_step_2", ["turn_0_step_1"], "add_reminder", [["arguments", "not json"]], 'done\n{"id":1,"ok":true}'],
      ["turn_0_step_3", ["turn_0_step_2"], "list", [["arguments", "[1]"]], null],
    ]);
    expect(traces[0]).toMatchObject({ agent_input: "Remind me to buy milk.", from_id: null });
    expect(traces[0]?.agent_response).toEqual({ response: "Your reminder is set.", status_code: "200" });
  });

  it("begin anew with each batch where agent_inspect's links are asked for", () => {
    const [turn] = fromToolSandbox(conversation, "agent_inspect");
    const parents = [[], ["turn_0_step_0"], [], ["turn_0_step_2"]];
    expect(stepsOf(turn).map((step) => step[1])).toEqual(parents);
  });

  it("have a reply in the original's words where the agent gave none", () => {
    expect(fromToolSandbox(conversation)[1]?.agent_response?.response).toBe("Agent did not respond.");
  });

  it("survive arguments nested beyond all measure", () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const given = [[says("user", "Hi"), says("assistant", null, { tool_calls: [call("1", "x", `{"a": ${deep}}`)] })]];
    expect(fromToolSandbox(given)[0]?.steps).toHaveLength(1);
  });
});

describe("AI-23 agent_inspect's own traces", () => {
  const step = (id: string, more: object): object => ({ id, parent_ids: [], ...more });
  const turn = {
    id: "1",
    agent_input: "what is 1 + 3?",
    agent_response: { response: "4" },
    steps: [
      step("s1", { agent_thought: "Which tool?", input_token_consumption: 14, output_token_consumption: 20 }),
      step("s2", { tool: "Calculator", tool_input_args: [{ name: "a", value: "1", check: null }], tool_output: "4" }),
      step("s3", { tool: "    ", tool_input_args: null, tool_output: null, agent_thought: null }),
      step("s4", { tool: "Note", agent_thought: "Noted.", reasoning_token_consumption: 3 }),
    ],
    latency_in_ms: 100.5,
  };

  it("become turns that metrics read", () => {
    const [read] = toTrajectory(readTurnTraces({ turns: [turn] }));
    const usage = { inputTokens: 14, outputTokens: 20, cachedInputTokens: 0, reasoningTokens: 0 };
    expect(read).toEqual({
      turn: 1,
      userContent: "what is 1 + 3?",
      assistantContent: "4",
      latencyMs: 100.5,
      steps: [
        { type: "model_call", reasoning: "Which tool?", usage },
        { type: "tool_call", id: "s2", name: "Calculator", arguments: { a: "1" }, result: "4" },
        { type: "tool_call", id: "s3", name: "    ", arguments: {} },
        { type: "tool_call", id: "s4", name: "Note", arguments: {} },
        {
          type: "model_call",
          reasoning: "Noted.",
          usage: { ...usage, inputTokens: 0, outputTokens: 0, reasoningTokens: 3 },
        },
      ],
    });
  });

  it("can be counted", () => {
    const turns = toTrajectory(readTurnTraces([turn, { ...turn, latency_in_ms: 50 }]));
    expect(countToolCalls(turns)).toBe(4);
    expect(countTokens(turns, { reasoning: "again" }).totalTokens).toBe(74);
    expect(totalLatencyMs(turns)).toBe(150.5);
  });

  it("may lack a reply, a time and steps, and have a reply that is no text", () => {
    const bare = { id: "1", agent_input: "Hi" };
    const object = { ...bare, agent_response: { response: { answer: 4 }, status_code: "200" }, steps: null };
    const turns = toTrajectory(readTurnTraces({ turns: [bare, object] }));
    expect(turns[0]).toEqual({ turn: 1, userContent: "Hi", steps: [] });
    expect(turns[1]).toMatchObject({ turn: 2, assistantContent: '{"answer":4}', steps: [] });
    expect(readTurnTraces({})).toEqual([]);
    expect(readTurnTraces({ turns: null })).toEqual([]);
  });

  it("keep an argument with a name that objects have", () => {
    const hostile = {
      ...turn,
      steps: [step("s", { tool: "x", tool_input_args: [{ name: "__proto__", value: { a: 1 } }] })],
    };
    const [call] = toTrajectory(readTurnTraces([hostile]))[0]?.steps ?? [];
    expect(JSON.stringify(call)).toContain('"arguments":{"__proto__":{"a":1}}');
    expect(({} as { readonly a?: number }).a).toBeUndefined();
  });

  it.each([
    ["a turn without an input", { turns: [{ id: "1" }] }, "turns.0.agent_input"],
    [
      "tokens that are no number",
      [{ ...turn, steps: [step("s", { input_token_consumption: "1" })] }],
      "turns.0.steps.0",
    ],
    ["a reply without a response", [{ ...turn, agent_response: {} }], "turns.0.agent_response.response"],
    ["text", "turns", "trace: "],
  ])("are refused for %s", (_, given, place) => {
    expect(errorOf(() => readTurnTraces(given))).toBe("050009");
    expect(() => readTurnTraces(given)).toThrow(place);
  });
});
