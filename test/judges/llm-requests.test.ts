import { afterEach, expect, it } from "vitest";
import { closeJudges, createJudge } from "./llm-harness.ts";

afterEach(closeJudges);

const price = { input: 1, output: 10 };

it.each([
  ["one model, asked once", { price }, [{ price }]],
  ["no price", {}, [{}]],
  [
    "trials of a jury, each at its model's price",
    { price, trials: 3, temperature: 0.5, jury: [{ model: "other" }] },
    [{ price }, { price }, { price }, {}, {}, {}],
  ],
])("an llm judge tells what a judgement asks of models: %s", (_, settings, expected) => {
  expect(createJudge({ api_key: "sk-test", model: "scripted", ...settings }).requests).toEqual(expected);
});
