import { afterEach, describe, expect, it } from "vitest";
import { startScriptedModel, type ScriptedReply, type ScriptedRequest } from "../../examples/scripted-model.mjs";
import { llmJudge } from "../../src/judges/llm.ts";
import type { Score } from "../../src/model/judgement.ts";
import { promptOf, verdictFor, verdictReply } from "../support/scripted-judge.ts";
import { sessionOf, toolCall, turnOf } from "../support/small-session.ts";
import { closeJudges, createJudge, never, startJudge, type Counted } from "./llm-harness.ts";

afterEach(closeJudges);

const turn = turnOf(1, { steps: [toolCall("look", {})] });
const session = sessionOf([turn]);
const thrice = { temperature: 0.7, trials: 3 };

/** Answers of a model in their order: a verdict with this score, or the reply itself. */
type Script = readonly (Score | ScriptedReply)[];

const garbage: ScriptedReply = {
  message: { content: "hm" },
  usage: { prompt_tokens: 10, completion_tokens: 1 },
};
const refusal: ScriptedReply = { message: { content: null, refusal: "I cannot." } };
const unauthorized: ScriptedReply = { status: 401, body: { error: { message: "bad key" } } };
const outage: ScriptedReply = { status: 500, body: { error: { message: "out of order" } } };

/** Answers each model by its own script, whichever request comes first. */
function byModel(scripts: Readonly<Record<string, Script>>): (request: ScriptedRequest) => ScriptedReply {
  const asked = new Map<string, number>();
  return (request) => {
    const { model } = request.body as { model: string };
    const number = asked.get(model) ?? 0;
    asked.set(model, number + 1);
    const answer = scripts[model]?.[number];
    if (answer === undefined) throw new Error(`${model} was asked more often than its script says`);
    if (typeof answer !== "number") return answer;
    const reasoning = `${model} no. ${number + 1}`;
    return verdictReply(verdictFor(promptOf(request), answer, { reasoning }));
  };
}

const outcomesOf = (counted: readonly Counted[]): string[] =>
  counted.flatMap(({ name, labels }) =>
    name === "turnwise_judge_trials" ? [`${labels["model"]} ${labels["outcome"]}`] : [],
  );

const modelsOf = (requests: readonly ScriptedRequest[]): string[] =>
  requests.map(({ body }) => (body as { model: string }).model);

describe("several trials", () => {
  it("give the majority's score, keep each trial, and add up what they cost", async () => {
    const { judgeTurn, judge } = await startJudge(byModel({ scripted: [-1, 1, 1] }), {
      ...thrice,
      max_concurrency: 1,
      price: { input: 1, output: 10 },
    });
    const judged = await judgeTurn(session, turn);
    expect(judged).toMatchObject({
      score: 1,
      reasoning: "scripted no. 2",
      agreement: 2 / 3,
      trials: [
        { model: "scripted", score: -1, reasoning: "scripted no. 1" },
        { model: "scripted", score: 1, reasoning: "scripted no. 2" },
        { model: "scripted", score: 1, reasoning: "scripted no. 3" },
      ],
      toolCalls: [{ score: 1 }],
      usage: { inputTokens: 2_700, outputTokens: 300 },
    });
    expect(judged.costUsd).toBeCloseTo(0.0057, 10);
    const counted = judge.counted.filter(({ name }) => name === "turnwise_judge_input_tokens");
    expect(counted.map(({ by }) => by)).toEqual([900, 900, 900]);
    expect(outcomesOf(judge.counted)).toEqual(["scripted counted", "scripted counted", "scripted counted"]);
  });

  it("end as soon as a majority agrees on everything", async () => {
    const { judgeTurn, judgeTrajectory, requests } = await startJudge(byModel({ scripted: [1, 1, 0, 0] }), thrice);
    expect(await judgeTurn(session, turn)).toMatchObject({ score: 1, agreement: 1, trials: [{}, {}] });
    expect(await judgeTrajectory(session)).toMatchObject({ score: 0, agreement: 1, completed: true });
    expect(requests).toHaveLength(4);
  });

  it("go on while a dimension or a tool call is open", async () => {
    const calls = (score: Score) => ({ tool_calls: [{ summary: "looks", reasoning: "so", score }] });
    const { judgeTurn, requests } = await startJudge(
      (request) => verdictReply(verdictFor(promptOf(request), 1, calls(request.number === 1 ? -1 : 0))),
      { ...thrice, max_concurrency: 1 },
    );
    expect(await judgeTurn(session, turn)).toMatchObject({ score: 1, agreement: 1, toolCalls: [{ score: 0 }] });
    expect(requests).toHaveLength(3);
  });

  it("are neutral when all say something else, and say so", async () => {
    const { judgeTurn } = await startJudge(byModel({ scripted: [1, -1, 0] }), { ...thrice, max_concurrency: 1 });
    const judged = await judgeTurn(session, turn);
    expect(judged).toMatchObject({ score: 0, agreement: 1 / 3 });
    expect(judged.reasoning).toBe("[No majority in 3 trials (1 × 1, 1 × 0, 1 × -1): neutral.] scripted no. 3");
  });

  it("never count an answer that cannot be used: it is asked for again, and kept with its reason", async () => {
    const script: Script = [garbage, garbage, garbage, 1, -1, 1];
    const { judgeTurn, judge } = await startJudge(byModel({ scripted: script }), {
      ...thrice,
      max_concurrency: 1,
      price: { input: 1, output: 0 },
    });
    const judged = await judgeTurn(session, turn);
    expect(judged).toMatchObject({ score: 1, agreement: 2 / 3 });
    expect(judged.trials?.map(({ score }) => score)).toEqual([undefined, 1, -1, 1]);
    expect(judged.trials?.[0]?.reasoning).toContain("does not fit");
    expect(judged.usage?.inputTokens).toBe(3 * 10 + 3 * 900);
    expect(judged.costUsd).toBeCloseTo((3 * 10 + 3 * 900) / 1e6, 12);
    expect(outcomesOf(judge.counted)).toContain("scripted unusable");
    const tokens = judge.counted.filter(({ name }) => name === "turnwise_judge_input_tokens");
    expect(tokens.reduce((sum, { by }) => sum + by, 0)).toBe(judged.usage?.inputTokens);
  });

  it("are an error when fewer than a majority count, whatever those say", async () => {
    const { judgeTurn, requests } = await startJudge(byModel({ scripted: [1, refusal, refusal, refusal, refusal] }), {
      ...thrice,
      max_concurrency: 1,
    });
    await expect(judgeTurn(session, turn)).rejects.toMatchObject({
      code: "refused",
      retryable: false,
      message: "4 of 5 trials gave no usable answer; the last one: The model refused to answer",
    });
    expect(requests).toHaveLength(5);
  });

  it("count a refusal for nothing", async () => {
    const { judgeTurn } = await startJudge(byModel({ scripted: [refusal, 1, 1] }), { ...thrice, max_concurrency: 1 });
    expect(await judgeTurn(session, turn)).toMatchObject({ score: 1, agreement: 1, trials: [{}, {}, {}] });
  });

  it("are an error, never a score, when most cannot be used however often they are asked", async () => {
    const { judgeTurn, requests } = await startJudge(() => garbage, thrice);
    await expect(judgeTurn(session, turn)).rejects.toMatchObject({
      code: "invalid_answer",
      retryable: false,
      message: expect.stringMatching(/^\d of \d trials gave no usable answer/) as string,
    });
    expect(requests.length).toBeLessThanOrEqual((3 + 2) * 3);
  });

  it("stop the judge for a reason that concerns all of them", async () => {
    const { judgeTurn, requests } = await startJudge(() => unauthorized, thrice);
    await expect(judgeTurn(session, turn)).rejects.toMatchObject({ code: "unauthorized", pausesJudge: true });
    expect(requests).toHaveLength(2);
  });

  it("are each cached by themselves: one does not answer for another, and none is asked twice", async () => {
    const { judgeTurn, requests } = await startJudge(byModel({ scripted: [1, -1, 1] }), {
      ...thrice,
      max_concurrency: 1,
    });
    const first = await judgeTurn(session, turn);
    const again = await judgeTurn(session, turn);
    expect(requests).toHaveLength(3);
    expect(again.trials).toEqual(first.trials);
    expect(again.usage?.inputTokens).toBe(0);
  });

  it("that were answered before a failure are not paid for again", async () => {
    const { judgeTurn, requests } = await startJudge(byModel({ scripted: [1, outage, -1, 1] }), {
      ...thrice,
      max_concurrency: 1,
      max_attempts: 1,
    });
    await expect(judgeTurn(session, turn)).rejects.toMatchObject({ code: "provider_error", retryable: true });
    expect(requests).toHaveLength(3);
    expect(await judgeTurn(session, turn)).toMatchObject({ score: 1, usage: { inputTokens: 900 } });
    expect(requests).toHaveLength(4);
  });

  it("are absent from a judgement that one answer decides", async () => {
    const { judgeTurn } = await startJudge(byModel({ scripted: [1] }));
    const judged = await judgeTurn(session, turn);
    expect(judged).not.toHaveProperty("agreement");
    expect(judged).not.toHaveProperty("trials");
  });
});

describe("a jury", () => {
  const jury = [{ model: "second" }, { model: "third" }];

  it("asks each of its models, and says which said what", async () => {
    const { judgeTurn, judge, requests } = await startJudge(byModel({ scripted: [1], second: [-1], third: [-1] }), {
      jury,
    });
    expect(await judgeTurn(session, turn)).toMatchObject({
      score: -1,
      reasoning: "second no. 1",
      agreement: 2 / 3,
      trials: [
        { model: "scripted", score: 1 },
        { model: "second", score: -1 },
        { model: "third", score: -1 },
      ],
    });
    expect(modelsOf(requests).toSorted()).toEqual(["scripted", "second", "third"]);
    expect(judge.identity.model).toBe("scripted, second, third");
  });

  it("does not ask the last one when the others agree", async () => {
    const { judgeTurn, requests } = await startJudge(byModel({ scripted: [0], second: [0] }), { jury });
    expect(await judgeTurn(session, turn)).toMatchObject({ score: 0, agreement: 1 });
    expect(requests).toHaveLength(2);
  });

  it("of two that disagree is neutral", async () => {
    const { judgeTrajectory } = await startJudge(byModel({ scripted: [1], second: [-1] }), { jury: jury.slice(0, 1) });
    const judged = await judgeTrajectory(session);
    expect(judged).toMatchObject({ score: 0, agreement: 0 });
    expect(judged.reasoning).toMatch(/^\[No majority in 2 trials/);
  });

  it("asks each model as often as there are trials, in turn", async () => {
    const { judgeTurn, requests } = await startJudge(byModel({ scripted: [1, 1, 1], second: [-1, -1, -1] }), {
      temperature: 1,
      trials: 3,
      jury: jury.slice(0, 1),
    });
    expect(await judgeTurn(session, turn)).toMatchObject({ score: 0 });
    expect(modelsOf(requests).filter((model) => model === "second")).toHaveLength(3);
    expect(requests).toHaveLength(6);
  });

  it("decides without one of its models when the others agree, and without a majority tells what that one lacks", async () => {
    const down = { scripted: [unauthorized, unauthorized] };
    const agreed = await startJudge(byModel({ ...down, second: [1], third: [1] }), { jury });
    const judged = await agreed.judgeTurn(session, turn);
    expect(judged).toMatchObject({ score: 1, agreement: 1 });
    expect(judged.trials?.map(({ model, score }) => [model, score])).toEqual([
      ["scripted", undefined],
      ["second", 1],
      ["third", 1],
    ]);
    expect(outcomesOf(agreed.judge.counted)).toContain("scripted failed");
    const torn = await startJudge(byModel({ ...down, second: [1], third: [-1] }), { jury });
    await expect(torn.judgeTurn(session, turn)).rejects.toMatchObject({ code: "unauthorized", pausesJudge: true });
  });

  it("asks each model at its own endpoint, with its own key, temperature and price", async () => {
    const elsewhere = await startScriptedModel(byModel({ second: [1] }));
    try {
      const { judgeTurn, requests } = await startJudge(byModel({ scripted: [1] }), {
        temperature: 0.2,
        price: { input: 1, output: 0 },
        jury: [
          {
            model: "second",
            base_url: elsewhere.url,
            api_key: "sk-other",
            temperature: 0.9,
            price: { input: 100, output: 0 },
          },
        ],
      });
      expect((await judgeTurn(session, turn)).costUsd).toBeCloseTo((900 * 101) / 1e6, 10);
      expect(requests[0]?.headers["authorization"]).not.toContain("sk-other");
      expect(requests[0]?.body).toMatchObject({ temperature: 0.2 });
      expect(elsewhere.requests[0]?.headers["authorization"]).toBe("Bearer sk-other");
      expect(elsewhere.requests[0]?.body).toMatchObject({ temperature: 0.9 });
    } finally {
      await elsewhere.close();
    }
  });

  it("has no known cost when the price of one of its models is not known", async () => {
    const { judgeTurn } = await startJudge(byModel({ scripted: [1], second: [1] }), {
      price: { input: 1, output: 1 },
      jury: jury.slice(0, 1),
    });
    const judged = await judgeTurn(session, turn);
    expect(judged.usage?.inputTokens).toBe(1_800);
    expect(judged).not.toHaveProperty("costUsd");
  });

  it("is part of the judge's version", () => {
    const settings = { api_key: "sk-test-4f9c2a7b1e8d6053", model: "m", temperature: 1 };
    const versions = [{}, { trials: 3 }, { jury }, { jury: [{ model: "second", temperature: 0.5 }] }].map(
      (more) => createJudge({ ...settings, ...more }).identity.version,
    );
    expect(new Set(versions).size).toBe(versions.length);
  });
});

describe("two judges of one endpoint and model", () => {
  it("find out together how it wants to be asked", async () => {
    const refusal: ScriptedReply = { status: 400, body: { error: { message: "no", param: "response_format" } } };
    const settings = { api_key: "sk-test-4f9c2a7b1e8d6053", model: "asked by two judges" };
    const model = await startScriptedModel((request) =>
      JSON.stringify(request.body).includes('"response_format"')
        ? refusal
        : verdictReply(verdictFor(promptOf(request))),
    );
    const judges = ["llm/one", "llm/two"].map((id) => createJudge({ ...settings, base_url: model.url }, id));
    try {
      for (const judge of judges) {
        await judge.judgeTurn({ session, turn, earlier: [], judging: { evaluateSafety: false } }, never);
      }
      expect(model.requests).toHaveLength(3);
    } finally {
      for (const judge of judges) await judge.shutdown?.();
      await model.close();
    }
  });
});

describe("the configuration of trials and jury", () => {
  const key = { api_key: "sk-x", model: "m" };
  const wrong: [string, object, RegExp][] = [
    ["an even number of trials", { trials: 2, temperature: 1 }, /must be odd/],
    ["no trials", { trials: 0 }, /trials/],
    [
      "several trials at temperature 0",
      { trials: 3 },
      /^trials: at temperature 0 "m" would say the same thing 3 times/,
    ],
    [
      "several trials of a jury's model at temperature 0",
      { trials: 3, temperature: 1, jury: [{ model: "n", temperature: 0 }] },
      /^jury\.0: at temperature 0 "n"/,
    ],
    ["a model twice", { jury: [{ model: "m" }] }, /^jury\.0\.model: judges already/],
    [
      "its key at another endpoint",
      { jury: [{ model: "n", base_url: "http://localhost:1/v1" }] },
      /^jury\.0: needs an api_key/,
    ],
    [
      "a dollar budget without a jury's price",
      { daily_budget: { usd: 1 }, price: { input: 1, output: 1 }, jury: [{ model: "n" }] },
      /^daily_budget\.usd: needs the price/,
    ],
    [
      "a budget that is less than one answer may cost",
      { session_budget: { tokens: 8_192 } },
      /^session_budget\.tokens: is not more than one answer may take \(max_output_tokens: 8192\)/,
    ],
    [
      "a budget in dollars that is less than one answer of the dearest juror may cost",
      {
        daily_budget: { usd: 0.01 },
        max_output_tokens: 1000,
        price: { input: 1, output: 1 },
        jury: [{ model: "n", price: { input: 1, output: 10 } }],
      },
      /^daily_budget\.usd: is not more than one answer may cost \(max_output_tokens: 1000\)/,
    ],
    ["an unknown key", { jury: [{ model: "n", modle: "o" }] }, /jury\.0/],
  ];
  for (const [what, settings, message] of wrong) {
    it(`refuses ${what}`, () => {
      const { error } = llmJudge.configSchema.safeParse({ ...key, ...settings });
      const told = error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n");
      expect(told).toMatch(message);
    });
  }

  it("takes distinct models at temperature 0, and a model at another endpoint with a key of its own", () => {
    const jury = [{ model: "n" }, { model: "m", base_url: "http://localhost:1/v1", api_key: "sk-other" }];
    expect(llmJudge.configSchema.safeParse({ ...key, jury }).success).toBe(true);
  });
});
