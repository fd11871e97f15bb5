/** What several models said, from their endpoint to the API's answer. The models are a script; all else is real. */
import { afterEach, expect, test } from "vitest";
import { startScriptedModel } from "../../examples/scripted-model.mjs";
import { sendModelCalls } from "../support/otlp-sender.ts";
import { promptOf, verdictFor, verdictReply } from "../support/scripted-judge.ts";
import { startTestServer } from "../support/server.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const one of cleanUp.splice(0).toReversed()) await one();
});

const scores: Readonly<Record<string, -1 | 1>> = { first: 1, second: -1, third: -1 };

test("a session shows how each model of a jury voted, on its turns and as a whole", async () => {
  const model = await startScriptedModel((request) => {
    const { model: name } = request.body as { model: string };
    return verdictReply(verdictFor(promptOf(request), scores[name], { reasoning: `${name} says so` }));
  });
  cleanUp.push(() => model.close());
  const temperature = 'temperature: "${env:TURNWISE_LLM_TEMPERATURE:-0}"';
  const server = await startTestServer({
    env: { TURNWISE_LLM_API_KEY: "sk-test", TURNWISE_LLM_BASE_URL: model.url, TURNWISE_LLM_MODEL: "first" },
    edit: (yaml) => yaml.replace(temperature, `${temperature}\n    jury: [{ model: second }, { model: third }]`),
  });
  cleanUp.push(() => server.stop());
  await sendModelCalls(server.otlpUrl, "one", ["Hello"]);
  const isListed = async () => (await server.sessions()).length === 1;
  await expect.poll(isListed, { timeout: 10_000 }).toBe(true);
  const [listed] = await server.sessions();
  const { turns, trajectory } = await server.waitForSession(
    listed?.id ?? "",
    ({ trajectory }) => trajectory?.judge.name === "llm",
  );
  const voted = {
    score: -1,
    judge: { name: "llm", model: "first, second, third" },
    agreement: 2 / 3,
    trials: [
      { model: "first", score: 1, reasoning: "first says so" },
      { model: "second", score: -1, reasoning: "second says so" },
      { model: "third", score: -1, reasoning: "third says so" },
    ],
  };
  expect(trajectory).toMatchObject({ ...voted, reasoning: "second says so" });
  expect(turns[0]?.judgement).toMatchObject({
    ...voted,
    turn_reasoning: "second says so",
    usage: { input_tokens: 2_700 },
  });
  const counted = 'turnwise_judge_trials{judge="llm",model="third",outcome="counted"}';
  expect(await server.metric(counted)).toBe(2);
});
