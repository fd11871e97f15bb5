/** The metrics over the validators that the library has, with a scripted judge. */
import { describe, expect, it } from "vitest";
import { validateToolCall } from "../../../src/evaluation/expected-call/validate-tool-call.ts";
import { judgeStatisticsOf } from "../../../src/evaluation/metrics/judge-statistics.ts";
import { scoreProgressThroughTurns } from "../../../src/evaluation/metrics/progress-through-turns.ts";
import { scoreAtTurns } from "../../../src/evaluation/metrics/score-at-turns.ts";
import { validateSubgoal, validateSubgoalInDialogue } from "../../../src/evaluation/subgoal/validate-subgoal.ts";
import { says, sessionOf, user, uses } from "../conversation.ts";
import { scriptJudge } from "../scripted-judge.ts";

const { turns } = sessionOf([
  user("What is the weather in Rome?"),
  uses("weather", { city: "Rome" }, "sunny"),
  says("It is sunny."),
  user("And in Paris?"),
  uses("weather", { city: "Paris" }, "rain"),
  says("It rains."),
]);

describe("metrics of a session as the server builds it", () => {
  it("score subgoals by the judge, and tell how sure it is", async () => {
    const client = scriptJudge("CCCIIIIIIC");
    const expectations = [
      { details: "The weather in Rome was told.", turn: 1 },
      { details: "The weather in Paris was told.", turn: 2 },
    ];
    const { score, validated } = await scoreAtTurns({
      turns,
      expectations,
      validate: async (given, subgoal) =>
        validateSubgoal(given, subgoal, { client, includeJudgeExplanations: true, includePrompt: true }),
    });
    expect(score).toBe(0.5);
    expect(client.prompts).toHaveLength(10);
    expect(validated[0]).toMatchObject({ passed: true, expectation: expectations[0], prompt: client.prompts[0] });
    const statistics = judgeStatisticsOf(validated);
    expect(statistics?.expectation).toBeCloseTo(0.4, 10);
    expect(statistics?.standardDeviation).toBeCloseTo(Math.sqrt(0.1), 10);
  });

  it("follow subgoals through the turns, and ask no more about what was reached", async () => {
    const client = scriptJudge("CIC");
    const progress = await scoreProgressThroughTurns({
      turns,
      subgoals: [{ details: "Rome" }, { details: "Paris" }],
      validate: async (given, subgoal) => validateSubgoalInDialogue(given, subgoal, { client, trials: 1 }),
      maxTurns: 3,
    });
    expect(progress.map(({ score }) => score)).toEqual([0.5, 1, 1]);
    expect(client.prompts).toHaveLength(3);
  });

  it("score expected tool calls, each in its turn", async () => {
    const client = scriptJudge("");
    const expected = (city: string, turn: number) => ({
      tool: "weather",
      arguments: [{ name: "city", value: city }],
      turn,
    });
    const { score, validated } = await scoreAtTurns({
      turns,
      expectations: [expected("Rome", 1), expected("Rome", 2), expected("Paris", 2)],
      validate: async (given, call) => validateToolCall(given, call, { client }),
    });
    expect(score).toBe(0.6667);
    expect(validated.map(({ passed }) => passed)).toEqual([true, false, true]);
  });
});
