import { describe, expect, it } from "vitest";
import {
  averageLatencyMs,
  countTokens,
  countToolCalls,
  type TimedTurn,
  totalLatencyMs,
} from "../../../src/evaluation/metrics/observed.ts";
import type { ModelCall, ToolCall } from "../../../src/model/session.ts";
import { says, sessionOf, user, uses } from "../conversation.ts";
import { errorOf } from "./error-of.ts";
import { stepsOf } from "./scripted-validator.ts";

const modelCall = (inputTokens: number, outputTokens: number, reasoningTokens: number): ModelCall => ({
  type: "model_call",
  usage: { inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens },
});

const toolCall = (name: string): ToolCall => ({ type: "tool_call", name, arguments: {} });

const timed = (turn: number, latencyMs?: number): TimedTurn => ({
  turn,
  ...(latencyMs === undefined ? {} : { startedAt: new Date(1_000), endedAt: new Date(1_000 + latencyMs) }),
});

describe("AI-20 latency", () => {
  it("is the sum of the turns' times, or their mean", () => {
    expect(totalLatencyMs([timed(1, 100), timed(2, 150)])).toBe(250);
    expect(averageLatencyMs([timed(1, 100), timed(2, 150)])).toBe(125);
    expect(totalLatencyMs([timed(1, 0)])).toBe(0);
    expect(averageLatencyMs([timed(1, 0)])).toBe(0);
  });

  it("of no turns is nothing", () => {
    expect(totalLatencyMs([])).toBe(0);
    expect(averageLatencyMs([])).toBe(0);
  });

  it("goes by what was measured before it goes by the turn's ends, to four decimals", () => {
    expect(totalLatencyMs([{ ...timed(1, 100), latencyMs: 12.34567 }])).toBe(12.3457);
    expect(totalLatencyMs([{ turn: 1, latencyMs: 0 }])).toBe(0);
  });

  it("is refused where turns have no time, all of which are named", () => {
    const turns = [timed(4), timed(1, 100), { turn: 5, startedAt: new Date(0) }, { turn: 6, endedAt: new Date(0) }];
    for (const latency of [totalLatencyMs, averageLatencyMs]) {
      expect(errorOf(() => latency(turns))).toBe("050008");
      expect(() => latency(turns)).toThrow("turns without a time: 4, 5, 6");
    }
  });
});

describe("AI-20 token counts", () => {
  const first = stepsOf(1, modelCall(14, 20, 30), modelCall(14, 20, 30), modelCall(16, 28, 45));
  const third = stepsOf(3, modelCall(0, 20, 30), modelCall(14, 0, 30), modelCall(14, 20, 0));

  it("are the sums over the model calls", () => {
    expect(countTokens([first])).toEqual({
      inputTokens: 44,
      outputTokens: 68,
      reasoningTokens: 105,
      totalTokens: 112,
    });
    expect(countTokens([first, third])).toMatchObject({ inputTokens: 72, outputTokens: 108, reasoningTokens: 165 });
    expect(countTokens([])).toEqual({ inputTokens: 0, outputTokens: 0, reasoningTokens: 0, totalTokens: 0 });
  });

  it("count reasoning as part of the output, or once more where that is asked for, as agent_inspect does", () => {
    expect(countTokens([first, third]).totalTokens).toBe(180);
    expect(countTokens([first, third], { reasoning: "again" }).totalTokens).toBe(345);
  });

  it("take a call without usage and a tool call for nothing", () => {
    const turn = stepsOf(1, { type: "model_call" }, toolCall("search"), modelCall(1, 2, 0));
    expect(countTokens([turn]).totalTokens).toBe(3);
  });

  it("are refused for a turn without steps", () => {
    expect(errorOf(() => countTokens([first, stepsOf(4)]))).toBe("050008");
    expect(() => countTokens([first, stepsOf(4)])).toThrow("turn 4 has no steps");
  });
});

describe("AI-20 the count of tool calls", () => {
  it("leaves out calls of a tool without a name", () => {
    const turns = [
      stepsOf(1, toolCall("ToolA")),
      stepsOf(2, modelCall(1, 1, 0), toolCall("Calculator"), toolCall("    ")),
    ];
    expect(countToolCalls(turns)).toBe(2);
    expect(countToolCalls([stepsOf(1)])).toBe(0);
  });

  it("leaves out what a tool's own agent called", () => {
    const within = { steps: [toolCall("inner")], usage: modelCall(0, 0, 0).usage! };
    expect(countToolCalls([stepsOf(1, { ...toolCall("outer"), subAgent: within })])).toBe(1);
  });

  it("reads sessions as the server builds them", () => {
    const { turns } = sessionOf([user("Weather?"), uses("weather", { city: "Rome" }, "sunny"), says("Sunny.")]);
    expect(countToolCalls(turns)).toBe(1);
  });
});
