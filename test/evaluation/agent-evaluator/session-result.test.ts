import { describe, expect, it } from "vitest";
import { resultOfSession, scoreResult } from "../../../src/evaluation/index.ts";
import { modelCall, sessionOf, toolCall, turnOf } from "../../support/small-session.ts";

const find = toolCall("find_order", { id: 17 }, { result: { status: "shipped" } });
const mail = toolCall("send_mail", { to: "a@example.org" }, { error: "refused" });

const session = sessionOf(
  [
    turnOf(1, {
      userContent: "Where is order 17?",
      steps: [modelCall("Which one is it?")],
      assistantContent: "Which one is it?",
    }),
    turnOf(2, {
      userContent: "17, as I said.",
      steps: [modelCall("", { reasoning: "look it up" }), find, mail, modelCall("It has been shipped.")],
      assistantContent: "It has been shipped.",
    }),
  ],
  {
    models: ["gpt-4o", "gpt-4o-mini"],
    costUsd: 0.002,
    usage: { inputTokens: 100, outputTokens: 40, cachedInputTokens: 0, reasoningTokens: 10 },
  },
);

describe("a captured session as a result", () => {
  it("has its last reply, tools, thoughts, steps, cost and models", () => {
    expect(resultOfSession(session)).toEqual({
      output: "It has been shipped.",
      toolCalls: [find, mail],
      reasoningTrace: [
        { thought: "Which one is it?", action: "reply: Which one is it?", observation: "17, as I said." },
        {
          thought: "look it up",
          action: 'find_order {"id":17}\nsend_mail {"to":"a@example.org"}',
          observation: '{"status":"shipped"}\nrefused',
        },
        { thought: "It has been shipped." },
      ],
      stepsTaken: 5,
      costUsd: 0.002,
      model: "gpt-4o, gpt-4o-mini",
      outputTokens: 40,
    });
  });

  it("is scored as any other", async () => {
    const expected = {
      id: "order",
      prompt: "",
      expectedOutput: "shipped",
      expectedTools: ["find_order"],
      stepsNeeded: 5,
    };
    expect(await scoreResult(expected, resultOfSession(session))).toEqual({
      taskCompletion: 1,
      reasoning: 1,
      toolUse: 0.5667, // one tool too many, and that failed
      overall: 0.8556,
    });
  });

  it("has no trace where no model tells what it thought", () => {
    const silent = sessionOf([turnOf(1, { steps: [modelCall(""), find, modelCall("")] })]);
    expect(resultOfSession(silent).reasoningTrace).toEqual([]);
  });

  it("leaves out what is not known, and can be empty", () => {
    expect(resultOfSession(sessionOf([]))).toEqual({
      output: "",
      toolCalls: [],
      reasoningTrace: [],
      stepsTaken: 0,
      outputTokens: 0,
    });
  });

  it("knows of a tool's call that no model was seen to ask for, though no thought led to it", () => {
    const { toolCalls, reasoningTrace } = resultOfSession(sessionOf([turnOf(1, { steps: [find, modelCall("done")] })]));
    expect(toolCalls).toEqual([find]);
    expect(reasoningTrace).toEqual([{ thought: "done" }]);
  });
});
